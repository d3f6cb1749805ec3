import { LlmError, type ModelContext, type ModelEvent, type ModelRequest } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import process from 'node:process';
import { startChild, type Child } from './child.ts';
import { commandLine, findCommand, isExecutable, platform } from './command.ts';
import { childEnvironment, secretsOf, suppressedBy } from './environment.ts';
import { cliError, exitError, startError, type CliFacts } from './errors.ts';
import type { CliOptions } from './options.ts';
import { toWire, type CliRequest } from './request.ts';
import type { CliSpec } from './spec.ts';
import { LineOutput, TextOutput, tooMuchOutput, type Output } from './stream.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Model of a run, options of the provider, and properties of the CLI. */
export interface Setup {
  readonly modelId: string;
  readonly options: CliOptions;
  readonly spec: CliSpec;
}

/** Default of the option `maxOutputBytes`. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Default of the option `timeouts.totalMs`. */
const TOTAL_MS = 300_000;

/** Runs the CLI once and yields the events of its response. */
export async function* run(
  request: ModelRequest,
  context: ModelContext,
  setup: Setup,
): AsyncIterable<readonly ModelEvent[]> {
  const { target, signal } = context;
  const { options, spec, modelId } = setup;
  const writer = new EventWriter(target, { collects: true });
  writer.facts({ wire: `${spec.command}-cli` });
  let workspace: Workspace | undefined;
  let child: Child | undefined;
  let isComplete = false;
  try {
    check(setup, context);
    const wire = toWire(request, modelId, spec, { ...options, ownsCwd: options.cwd === undefined });
    writer.warning(...wire.warnings);
    workspace = await openWorkspace(spec.system, wire.system, options.cwd);
    const childEnv = options.childEnv ?? childEnvironment(spec, context.env);
    const env = { ...childEnv, ...workspace.env, ...wire.env };
    const facts: CliFacts = {
      target,
      command: options.command ?? spec.command,
      secrets: secretsOf(spec, env),
    };
    child = await start(wire, workspace, env, { ...setup, context, facts });
    const output = outputOf(wire, setup, writer, facts);
    yield* read(child, output, writer, { ...setup, facts, isLines: wire.output === 'stream' });
    isComplete = true;
  } catch (error) {
    // The caller receives the content that arrived before the error.
    const written = writer.take();
    if (written.length > 0) yield written;
    throw callError(error, { target, signal, child, options });
  } finally {
    void cleanUp(child, workspace, isComplete);
  }
}

/** Throws an error for a call that must not start a process. */
function check({ options }: Setup, { env, signal, target }: ModelContext): void {
  signal.throwIfAborted();
  const variable = suppressedBy(env);
  if (variable !== undefined) {
    throw new LlmError('unsupported', `${target}: CLIs are disabled; unset ${variable} to use them`, {
      target,
      code: 'suppressed',
    });
  }
  if (options.skipPermissions === true && process.getuid?.() === 0) {
    const message = `${target}: skipPermissions is not allowed as the super-user; run as another user, or without skipPermissions`;
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
  env: Readonly<Record<string, string>>,
  { options, context, facts }: StartSetup,
): Promise<Child> {
  const { target, signal } = context;
  const file = await findCommand(facts.command, env, platform());
  if (file === undefined) throw missingCommand(facts, target);
  if (!(await isExecutable(file, platform()))) {
    throw new LlmError(
      'config',
      `${target}: ${file} is not executable; make it executable, or set command to another file`,
      { target, code: 'not-executable' },
    );
  }
  // The flags for the system text precede the arguments of the application.
  const command = commandLine(file, [...withSystem(wire.args, workspace.args)], env, platform());
  const totalMs = options.timeouts?.totalMs ?? TOTAL_MS;
  try {
    return await startChild({ command, cwd: workspace.cwd, env, stdin: wire.stdin, signal, totalMs });
  } catch (error) {
    throw startError(error, facts, workspace.cwd);
  }
}

/** Inserts the flags for the system text after the first argument, which may be a subcommand. */
const withSystem = ([first, ...rest]: readonly string[], system: readonly string[]): readonly string[] =>
  first === undefined ? system : [first, ...system, ...rest];

const missingCommand = ({ command }: CliFacts, target: string): LlmError =>
  new LlmError(
    'config',
    `${target}: "${command}" was not found; install it, or set \`command\` to its path`,
    {
      target,
      code: 'missing-command',
    },
  );

function outputOf(wire: CliRequest, { spec, options }: Setup, writer: EventWriter, facts: CliFacts): Output {
  if (wire.output === 'text') return new TextOutput(writer);
  const reader = spec.reader({ writer, fail: (failure) => cliError(failure, facts) });
  return new LineOutput(reader, facts.target, options.maxOutputBytes ?? MAX_OUTPUT_BYTES);
}

interface ReadSetup extends Setup {
  readonly facts: CliFacts;
  readonly isLines: boolean;
}

async function* read(
  child: Child,
  output: Output,
  writer: EventWriter,
  { facts, options, spec, isLines }: ReadSetup,
): AsyncIterable<readonly ModelEvent[]> {
  const maxBytes = options.maxOutputBytes ?? MAX_OUTPUT_BYTES;
  let bytes = 0;
  try {
    for await (const chunk of child.stdout) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooMuchOutput(facts.target, maxBytes);
      output.push(chunk);
      yield writer.take();
      if (output.done) return;
    }
  } catch (error) {
    // A cut closes the pipe, whose error then does not matter.
    if (!child.cut || LlmError.is(error)) throw error;
  }
  const { code, signal } = await child.exited;
  output.end(code === 0);
  const last = writer.take();
  if (last.length > 0) yield last;
  if (output.done) return;
  const text = [output.otherOutput(), child.stderr()]
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n');
  throw exitError(
    {
      code,
      signal,
      output: text,
      kind: code === null ? undefined : spec.exitKinds[code],
      machineOutput: isLines,
    },
    facts,
  );
}

interface Ending {
  readonly target: string;
  readonly signal: AbortSignal;
  readonly child: Child | undefined;
  readonly options: CliOptions;
}

/** Returns the error of a run. If the child was ended, returns the reason and not the errors of the child's closed pipes. */
function callError(error: unknown, { target, signal, child, options }: Ending): unknown {
  if (signal.aborted)
    return new LlmError('aborted', `${target}: the call was aborted`, { target }, { cause: error });
  if (child?.timedOut !== true) return error;
  const ms = options.timeouts?.totalMs ?? TOTAL_MS;
  return new LlmError(
    'timeout',
    `${target}: the process did not end within ${ms} ms; raise timeouts.totalMs`,
    { target, phase: 'total' },
    { cause: error },
  );
}

/** Ends the child, and removes the workspace after the child has exited. The call does not wait, because this can take long. */
async function cleanUp(
  child: Child | undefined,
  workspace: Workspace | undefined,
  isComplete: boolean,
): Promise<void> {
  if (isComplete) child?.release();
  else child?.stop();
  await child?.exited;
  // Ignore an error, because the operating system eventually removes temporary directories.
  await workspace?.remove().catch(() => undefined);
}
