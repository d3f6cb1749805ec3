import { homedir } from 'node:os';
import { LlmError } from '@majordomo/core';
import type { Env, Model, Provider } from '@majordomo/core';
import { checkOptions, didYouMean, mergeTimeouts } from '@majordomo/core/toolkit';
import { billingOf } from '@majordomo/wire-kit';
import { findCommand, platform } from './command.ts';
import { versionProbe, type CliPresence } from './detect.ts';
import { childEnvironment, suppressedBy } from './environment.ts';
import { CLI_CAPABILITIES } from './models.ts';
import { OPTIONS, type CliOptions } from './options.ts';
import { CLIS, type CliName } from './profiles.ts';
import type { CliSpec } from './spec.ts';
import { run } from './run.ts';

/** A provider that can also say whether its CLI is there. */
export interface CliProvider extends Provider {
  /** Is the CLI there, and in which version? `env` is where PATH is looked up. */
  detect(options?: { readonly env?: Env | undefined }): Promise<CliPresence>;
}

const IDLE_MS = 180_000;

/**
 * A subscription CLI as a provider: its login is its own, the prompt goes to its stdin, its machine output becomes
 * events. Nothing is started before the first call.
 *
 * @example createMajordomo({ providers: [createCli({ cli: 'claude' })], env: process.env }).model('anthropic-cli/default')
 */
export function createCli(options: CliOptions): CliProvider {
  checkOptions('createCli', options, OPTIONS, ['cli']);
  const spec = specOf(options.cli);
  const id = options.id ?? spec.id;
  const probe = versionProbe();
  return {
    spi: 1,
    id,
    ...billingOf(options, { vendor: spec.vendor, billing: 'included' }),
    model: (modelId) => modelOf(modelId, options, spec),
    async detect({ env = {} } = {}) {
      const childEnv = options.childEnv ?? childEnvironment(spec, env);
      const path = await findCommand(options.command ?? spec.command, childEnv, platform());
      const version = path === undefined ? undefined : await probe(path, childEnv, homedir(), platform());
      return { cli: options.cli, path, version, suppressedBy: suppressedBy(env) };
    },
  };
}

function specOf(cli: CliName): CliSpec {
  if (Object.hasOwn(CLIS, cli)) return CLIS[cli];
  const names = Object.keys(CLIS);
  const near = didYouMean(cli, names);
  throw new LlmError('config', `unknown CLI "${cli}": there are ${names.join(', ')}${near}`, {
    path: 'cli',
  });
}

function modelOf(modelId: string, options: CliOptions, spec: CliSpec): Model {
  return {
    id: modelId,
    families: [],
    capabilities: { ...CLI_CAPABILITIES, reasoning: spec.effort !== undefined },
    // The child's own life bounds a call: a tool that the CLI runs may take minutes before the first word.
    timeouts: mergeTimeouts({ connectMs: 0, firstContentMs: 0, idleMs: IDLE_MS }, options.timeouts),
    stream: (request, context) => run(request, context, { modelId, options, spec }),
  };
}
