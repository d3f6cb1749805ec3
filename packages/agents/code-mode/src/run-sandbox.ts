import { LlmError, messageOf, type JsonObject } from '@majordomo/core';
import { abortable, Semaphore } from '@majordomo/core/toolkit';
import {
  answerCall,
  guestDeclarations,
  guestExpression,
  lineIn,
  parseEnding,
  resultOf,
  withLine,
  MAX_JSON_CHARS,
  MAX_OUTPUT_CHARS,
  MAX_RESULT_CHARS,
  type Ending,
} from './guest.ts';
import type { Program, Sandbox } from './sandbox.ts';

type Library = Pick<typeof import('run'), 'run' | 'RunError'>;

/** Name of the source in stacks of the package `run`. */
const FILE = 'run.js';
/** Start of the error that QuickJS throws in a program without memory. */
const OUT_OF_MEMORY = 'InternalError: out of memory';
const MAX_INT = 2_147_483_647;
/** Maximum length of a character that is encoded as JSON twice, in bytes: 7 for a control character (`\\u0001`), rounded up. */
const MAX_CHAR_BYTES = 8;
/** Maximum length of the arguments and results of all calls of a program, which the package stores until the program ends. */
const MAX_TRANSFER_BYTES = 256 * 2 ** 20;

/** Maximum number of programs in this process that compute at the same time. */
const MAX_PROGRAMS = 8;

const slots = new Semaphore(MAX_PROGRAMS);

/**
 * Slot of a program. The program does not occupy it while it waits for a call, because the tool may run another program, for example in a
 * sub-agent.
 */
class Slot {
  private readonly signal: AbortSignal;
  private calls = 0;
  private hasEnded = false;
  private release: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  /** Runs a program when a slot is free. */
  async run<T>(program: () => Promise<T>): Promise<T> {
    await this.occupy();
    try {
      return await program();
    } finally {
      this.hasEnded = true;
      this.release();
    }
  }

  /** Runs a call of the program without the slot. */
  async wait<T>(call: () => Promise<T>): Promise<T> {
    this.calls += 1;
    this.release();
    try {
      return await call();
    } finally {
      this.calls -= 1;
      if (this.calls === 0) await this.occupy();
    }
  }

  /** Waits for a slot of `slots`. Its work is a promise that `release` resolves, so the slot is occupied until then. */
  private async occupy(): Promise<void> {
    const release = await new Promise<() => void>((resolve, reject) => {
      slots
        .run(
          this.signal,
          () =>
            new Promise<void>((end) => {
              resolve(end);
            }),
        )
        .catch(reject);
    });
    // A call that began and ended in the meantime may have occupied another slot.
    this.release();
    this.release = release;
    // The program does not need the slot if another call has begun, or if the program has ended.
    if (this.calls > 0 || this.hasEnded) release();
  }
}

/** Programs that are running. The package rejects further programs if the process lacks memory for their workers. */
const running = new Set<Promise<unknown>>();

/**
 * Returns a sandbox over the package `run`: QuickJS, compiled to WebAssembly, in a worker thread of Node or Bun. Code has no host
 * objects, and at most `memoryBytes` of memory and about 10^8 steps of computation. At most 8 programs compute at the same time.
 * Further programs wait. Rejects programs with `config` if the package is not installed.
 *
 * @example codeMode({ sandbox: runSandbox(), tools: [expenses] })
 */
export const runSandbox = (): Sandbox => ({
  async run(program) {
    const slot = new Slot(program.signal);
    const waiting = {
      ...program,
      call: (name: string, args: JsonObject) => slot.wait(() => program.call(name, args)),
    };
    const ending = await slot.run(() => runWhenPossible(waiting));
    if ('error' in ending && ending.error.startsWith(OUT_OF_MEMORY)) throw memoryError(program.memoryBytes);
    return resultOf(ending);
  },
});

async function runWhenPossible(program: Program): Promise<Ending> {
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
      // If no other program runs, waiting would not free memory.
      if (kind !== 'RUN_CONCURRENCY_LIMIT' || running.size === 0) throw packageError(error, kind, program);
      await abortable(Promise.race([...running].map((one) => one.catch(() => undefined))), program.signal);
    } finally {
      running.delete(attempt);
    }
  }
}

/**
 * Start of every source. It ends the function that the package puts a source into, and begins a strict one. QuickJS runs
 *
 *     (async () => { }, async () => { 'use strict'; return … })()
 *
 * which calls the second function. Before that, in the thread of the host, the package removes types of TypeScript from
 *
 *     async function __runUser__(){ }, async () => { 'use strict'; return … }
 *
 * with a parser that needs exponential time for some sources. A declaration cannot be followed by a comma, so the parser ends there.
 */
const START = "}, async () => { 'use strict'; return ";

async function runOnce(program: Program, { run }: Library): Promise<Ending> {
  const { code, names, memoryBytes, signal } = program;
  const result = await run({
    source: `${START}${guestExpression(code, names, '$host.call')};${guestDeclarations()}`,
    hostFunctions: { $host: { call: (name: unknown, json: unknown) => answerCall(name, json, program) } },
    abortSignal: signal,
    limits: {
      memoryLimitBytes: memoryBytes,
      // `signal` limits the time, and the caller limits the number of calls.
      timeoutMs: MAX_INT,
      maxBridgeRequests: MAX_INT,
      maxInFlightBridgeRequests: MAX_INT,
      maxSourceBytes: MAX_INT,
      maxHostFunctionOutputBytes: MAX_RESULT_CHARS * MAX_CHAR_BYTES,
      maxResultBytes: (MAX_JSON_CHARS + MAX_OUTPUT_CHARS) * MAX_CHAR_BYTES,
      maxContinuationBytes: MAX_TRANSFER_BYTES,
      // The package would write it to the output of this process.
      maxConsoleOutputBytes: 1,
    },
  });
  return parseEnding('value' in result ? result.value : undefined);
}

/** Returns the error of the package with a message for the model. */
function packageError(error: unknown, kind: string | undefined, { code, memoryBytes }: Program): Error {
  const message = messageOf(error);
  if (kind === 'RUN_TIMEOUT') return new Error('the program computed for too long; do less in loops');
  if (kind === 'RUN_DETACHED_BRIDGE_REQUEST')
    return new Error('the program ended before it made all its calls; await them');
  if (message.includes('out of memory')) return memoryError(memoryBytes);
  if (message.startsWith('Continuation state'))
    return new Error(`the calls transfer more than ${MAX_TRANSFER_BYTES / 2 ** 20} MiB; read less`);
  const { name = 'Error', stack = '' } = error instanceof Error ? error : {};
  const isNamed = kind === 'RUN_USER_SOURCE_ERROR';
  return new Error(isNamed ? withLine(`${name}: ${message}`, lineIn(stack, FILE, code)) : message);
}

const memoryError = (memoryBytes: number): Error =>
  new Error(`the program used more than ${Math.floor(memoryBytes / 2 ** 20)} MiB of memory`);

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
