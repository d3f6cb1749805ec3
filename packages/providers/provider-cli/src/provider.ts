import { homedir } from 'node:os';
import { LlmError } from '@majordomo/core';
import type { Env, Model, Provider } from '@majordomo/core';
import { checkOptions, didYouMean, mergeTimeouts } from '@majordomo/core/toolkit';
import { billingOf } from '@majordomo/wire-kit';
import { findCommand, platform } from './command.ts';
import { versionProbe, type CliPresence } from './detect.ts';
import { childEnvironment, suppressedBy } from './environment.ts';
import { CLI_CAPABILITIES } from './models.ts';
import { CLI_KINDS, type CliOptions } from './options.ts';
import { CLIS, type CliName } from './profiles.ts';
import type { CliSpec } from './spec.ts';
import { run } from './run.ts';

/** Provider that reports whether its CLI is installed. */
export interface CliProvider extends Provider {
  /** Returns whether the CLI is installed, and the CLI's version. Searches the PATH in `env` for the CLI. */
  detect(options?: { readonly env?: Env | undefined }): Promise<CliPresence>;
}

const IDLE_MS = 180_000;

/**
 * Creates a provider that runs a vendor's command-line tool (CLI). Each call starts one process. The process uses the CLI's
 * login, reads the prompt from stdin, and prints machine-readable output. Throws `config` for an unknown CLI.
 */
export function createCli(options: CliOptions): CliProvider {
  checkOptions('createCli', options, CLI_KINDS, ['cli']);
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
  throw new LlmError('config', `unknown CLI "${cli}"; use one of ${names.join(', ')}${near}`, {
    path: 'cli',
  });
}

function modelOf(modelId: string, options: CliOptions, spec: CliSpec): Model {
  return {
    id: modelId,
    families: [],
    capabilities: { ...CLI_CAPABILITIES, reasoning: spec.effort !== undefined },
    // No timeout for the first content applies, because a tool of the CLI may run for minutes before the first text.
    timeouts: mergeTimeouts({ connectMs: 0, firstContentMs: 0, idleMs: IDLE_MS }, options.timeouts),
    stream: (request, context) => run(request, context, { modelId, options, spec }),
  };
}
