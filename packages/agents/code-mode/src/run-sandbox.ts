import { LlmError, messageOf } from '@majordomo/core';
import { abortable, Semaphore } from '@majordomo/core/toolkit';
import {
  answerCall,
  guestExpression,
  guestPrelude,
  lineIn,
  parseEnding,
  withLine,
  MAX_RESULT_CHARS,
} from './guest.ts';
import type { Program, ProgramResult, Sandbox } from './sandbox.ts';

type Library = Pick<typeof import('run'), 'run' | 'RunError'>;

/** Name of the source in stacks of the package `run`. */
const FILE = 'run.js';
const MAX_INT = 2_147_483_647;

/** Maximum number of programs at the same time in this process. Each program occupies a worker thread. */
const MAX_PROGRAMS = 8;

const slots = new Semaphore(MAX_PROGRAMS);

/** Programs that are running. The package rejects further programs if the process lacks memory for their workers. */
const running = new Set<Promise<unknown>>();

/**
 * Returns a sandbox over the package `run`: QuickJS, compiled to WebAssembly, in a worker thread of Node or Bun. Code has no host objects, and at most
 * `memoryBytes` of memory and about 10^8 steps of computation. At most 8 programs run at the same time; further programs wait. Rejects programs with `config` if
 * the package is not installed.
 *
 * @example codeMode({ sandbox: runSandbox(), tools: [expenses] })
 */
export const runSandbox = (): Sandbox => ({
  run: (program) => slots.run(program.signal, () => runWhenPossible(program)),
});

async function runWhenPossible(program: Program): Promise<ProgramResult> {
  const library = await loadRun();
  for (;;) {
    program.signal.throwIfAborted();
    const attempt = runOnce(program, library);
    running.add(attempt);
    try {
      return await attempt;
    } catch (error) {
      running.delete(attempt);
      program.signal.throwIfAborted();
      const kind = library.RunError.isInstance(error) ? error.code : undefined;
      if (kind !== 'RUN_CONCURRENCY_LIMIT' || running.size === 0) throw programError(error, kind, program);
      await abortable(Promise.race([...running].map((one) => one.catch(() => undefined))), program.signal);
    } finally {
      running.delete(attempt);
    }
  }
}

async function runOnce(program: Program, { run }: Library): Promise<ProgramResult> {
  const { code, names, memoryBytes, signal } = program;
  const result = await run({
    source: `return ${guestExpression(code, names, '$host.call')};${guestPrelude()}`,
    hostFunctions: { $host: { call: (name: unknown, json: unknown) => answerCall(name, json, program) } },
    abortSignal: signal,
    limits: {
      memoryLimitBytes: memoryBytes,
      // `signal` limits the time, and the caller limits the number of calls.
      timeoutMs: MAX_INT,
      maxBridgeRequests: MAX_INT,
      maxInFlightBridgeRequests: MAX_INT,
      maxSourceBytes: MAX_INT,
      maxHostFunctionOutputBytes: MAX_RESULT_CHARS * 4,
      // The package would write it to the output of this process.
      maxConsoleOutputBytes: 1,
    },
  });
  return parseEnding('value' in result ? result.value : undefined);
}

/** Returns the error of a program with a message for the model. */
function programError(error: unknown, kind: string | undefined, program: Program): Error {
  const message = messageOf(error);
  if (kind === 'RUN_TIMEOUT') return new Error('the program computed for too long; do less in loops');
  if (message.includes('out of memory'))
    return new Error(`the program used more than ${Math.floor(program.memoryBytes / 2 ** 20)} MiB of memory`);
  const { name = 'Error', stack = '' } = error instanceof Error ? error : {};
  const isNamed = kind === 'RUN_USER_SOURCE_ERROR';
  return new Error(withLine(isNamed ? `${name}: ${message}` : message, lineIn(stack, FILE)));
}

let loaded: Promise<Library> | undefined;

async function loadRun(): Promise<Library> {
  loaded ??= import('run');
  try {
    return await loaded;
  } catch (cause) {
    loaded = undefined;
    throw new LlmError(
      'config',
      'runSandbox: the package `run` is not installed; install it with `npm install run`',
      {},
      { cause },
    );
  }
}
