import process from 'node:process';
import { LlmError } from '@majordomo/core';
import type { ModelContext, ModelEvent, ModelRequest } from '@majordomo/core';
import { EventWriter } from '@majordomo/core/toolkit';
import { startChild, type Child } from './child.ts';
import { commandLine, findCommand, isExecutable, platform } from './command.ts';
import { childEnvironment, secretsOf, suppressedBy } from './environment.ts';
import { cliError, exitError, startError, type CliFacts } from './errors.ts';
import type { CliOptions } from './options.ts';
import type { CliSpec } from './spec.ts';
import { toWire, type CliRequest } from './request.ts';
import { LineOutput, TextOutput, tooMuchOutput, type Output } from './stream.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** What a call knows of its CLI. */
export interface Setup {
  readonly modelId: string;
  readonly options: CliOptions;
  readonly spec: CliSpec;
}

const MOST_OUTPUT = 64 * 1024 * 1024;
const TOTAL_MS = 300_000;

/** One call: one child. What it prints first is the first step. */
export async function* run(
  request: ModelRequest,
  context: ModelContext,
  setup: Setup,
): AsyncIterable<readonly ModelEvent[]> {
  const { target, signal } = context;
  const { options, spec, modelId } = setup;
  const facts: CliFacts = { target, command: options.command ?? spec.command, secrets: [] };
  const scribe = new EventWriter(target, []);
  let workspace: Workspace | undefined;
  let child: Child | undefined;
  let isWhole = false;
  try {
    check(setup, context);
    const wire = toWire(request, modelId, spec, { ...options, ownsCwd: options.cwd === undefined });
    scribe.warning(...wire.warnings);
    workspace = await openWorkspace(spec.system, wire.system, options.cwd);
    child = await start(wire, workspace, { ...setup, context, facts });
    const output = outputOf(wire, setup, scribe, facts);
    yield* read(child, output, scribe, { ...setup, facts, isLines: wire.output === 'stream' });
    isWhole = true;
  } catch (error) {
    const written = scribe.take();
    if (written.length > 0) yield written;
    throw failure(error, { target, signal, child, options });
  } finally {
    void cleanUp(child, workspace, isWhole);
  }
}

/** What is refused before anything is started. */
function check({ options, spec }: Setup, { env, signal, target }: ModelContext): void {
  signal.throwIfAborted();
  const variable = suppressedBy(env);
  if (variable !== undefined) {
    throw new LlmError('unsupported', `${target}: CLIs are switched off by ${variable}`, {
      target,
      code: 'suppressed',
    });
  }
  if (options.skipPermissions === true && process.getuid?.() === 0) {
    const message = `${spec.command} may not skip its permission questions as the super-user: run as another user, or without skipPermissions`;
    throw new LlmError('config', message, { target, code: 'super-user' });
  }
}

interface StartSetup extends Setup {
  readonly context: ModelContext;
  readonly facts: CliFacts;
}

async function start(
  wire: CliRequest,
  workspace: Workspace,
  { options, spec, context, facts }: StartSetup,
): Promise<Child> {
  const { target, signal, env: given } = context;
  const base = options.childEnv ?? childEnvironment(spec, given);
  const env = { ...base, ...workspace.env, ...wire.env };
  facts.secrets = secretsOf(spec, env);
  const file = await findCommand(facts.command, env, platform());
  if (file === undefined) throw missing(facts, target);
  if (!(await isExecutable(file, platform()))) {
    throw new LlmError('config', `${file} is not executable`, { target, code: 'not-executable' });
  }
  // System text first: the app's own arguments, and a prompt among them, come last.
  const command = commandLine(file, [...withSystem(wire.args, workspace.args)], env, platform());
  const totalMs = options.timeouts?.totalMs ?? TOTAL_MS;
  try {
    return await startChild({ command, cwd: workspace.cwd, env, stdin: wire.stdin, signal, totalMs });
  } catch (error) {
    throw startError(error, facts, { cwd: workspace.cwd });
  }
}

/** The first argument may be a subcommand: flags come after it. */
const withSystem = ([first, ...rest]: readonly string[], system: readonly string[]): readonly string[] =>
  first === undefined ? system : [first, ...system, ...rest];

const missing = ({ command }: CliFacts, target: string): LlmError =>
  new LlmError(
    'config',
    `${target} needs "${command}": it is not in PATH; install it, or set \`command\` to its path`,
    {
      target,
      code: 'missing-command',
    },
  );

function outputOf(wire: CliRequest, { spec, options }: Setup, writer: EventWriter, facts: CliFacts): Output {
  if (wire.output === 'text') return new TextOutput(writer);
  const reader = spec.reader({ writer, fail: (said) => cliError(said, facts) });
  return new LineOutput(reader, facts.target, options.maxOutputBytes ?? MOST_OUTPUT);
}

interface ReadSetup extends Setup {
  readonly facts: CliFacts;
  readonly isLines: boolean;
}

async function* read(
  child: Child,
  output: Output,
  scribe: EventWriter,
  { facts, options, spec, isLines }: ReadSetup,
): AsyncIterable<readonly ModelEvent[]> {
  const most = options.maxOutputBytes ?? MOST_OUTPUT;
  let bytes = 0;
  try {
    for await (const chunk of child.stdout) {
      bytes += chunk.length;
      if (bytes > most) throw tooMuchOutput(facts.target, most);
      output.push(chunk);
      yield scribe.take();
      if (output.done) return;
    }
  } catch (error) {
    if (!child.cut || LlmError.is(error)) throw error;
  }
  const { code, signal } = await child.exited;
  output.end(code === 0);
  const last = scribe.take();
  if (last.length > 0) yield last;
  if (output.done) return;
  const said = [output.said(), child.stderr()]
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n');
  throw exitError({ code, signal, said, kind: spec.exitKinds[code ?? -1], machineOutput: isLines }, facts);
}

interface Ending {
  readonly target: string;
  readonly signal: AbortSignal;
  readonly child: Child | undefined;
  readonly options: CliOptions;
}

/** What ends the child also breaks its pipes: the reason is told, not the echo. */
function failure(error: unknown, { target, signal, child, options }: Ending): unknown {
  if (signal.aborted)
    return new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: error });
  if (child?.timedOut !== true) return error;
  const ms = options.timeouts?.totalMs ?? TOTAL_MS;
  return new LlmError(
    'timeout',
    `${target} did not end within ${ms} ms`,
    { target, phase: 'total' },
    { cause: error },
  );
}

/** Not awaited: a child that does not want to end must not hold the call. */
async function cleanUp(
  child: Child | undefined,
  workspace: Workspace | undefined,
  isWhole: boolean,
): Promise<void> {
  if (isWhole) child?.release();
  else child?.stop();
  await child?.exited;
  // A folder that cannot be removed is the system's to clean.
  await workspace?.remove().catch(() => undefined);
}
