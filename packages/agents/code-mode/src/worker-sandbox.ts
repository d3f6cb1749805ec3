import { LlmError, messageOf } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import {
  answerCall,
  guestDeclarations,
  guestExpression,
  lineIn,
  parseEnding,
  resultOf,
  withLine,
  type Ending,
} from './guest.ts';
import type { Program, Sandbox } from './sandbox.ts';

/** Binding of Cloudflare that loads Workers from code, such as `env.LOADER`. */
export interface WorkerLoaderLike {
  /** Loads a Worker with these modules and settings. */
  load(code: object): { getEntrypoint(): object };
}

/** Entry point of the Worker of a program. */
interface Entrypoint {
  run(call: (name: unknown, json: unknown) => Promise<string>): Promise<unknown>;
}

const FILE = 'program.js';
const COMPATIBILITY_DATE = '2026-04-01';
const MAX_CPU_MS = 30_000;

/**
 * Returns a sandbox over dynamic Workers of Cloudflare. Each program is a Worker without bindings and without access to the network.
 * Cloudflare limits its memory, in place of `memoryBytes`, and stops it after 30 s of computation. Throws `config` for a value that is
 * not a loader.
 *
 * @example codeMode({ sandbox: workerSandbox(env.LOADER), tools: [expenses] })
 */
export function workerSandbox(loader: object): Sandbox {
  if (typeof (loader as Partial<WorkerLoaderLike>).load !== 'function')
    throw new LlmError('config', 'workerSandbox: pass the binding of a Worker loader, such as env.LOADER', {
      path: 'loader',
    });
  return {
    async run(program) {
      program.signal.throwIfAborted();
      const worker = (loader as WorkerLoaderLike).load({
        compatibilityDate: COMPATIBILITY_DATE,
        mainModule: FILE,
        modules: { [FILE]: moduleOf(program) },
        env: {},
        globalOutbound: null,
        limits: { cpuMs: MAX_CPU_MS },
      });
      const entrypoint = worker.getEntrypoint() as Entrypoint;
      let ending: Ending;
      try {
        const text = entrypoint.run((name, json) => answerCall(name, json, program));
        ending = parseEnding(await abortable(text, program.signal));
      } catch (error) {
        program.signal.throwIfAborted();
        const message = messageOf(error);
        throw new Error(withLine(message, lineIn(message, FILE, program.code)), { cause: error });
      } finally {
        release(entrypoint);
        release(worker);
      }
      return resultOf(ending);
    },
  };
}

/** Returns the module of the Worker. The code starts in the first line. */
const moduleOf = ({ code, names }: Program): string =>
  `const $start = ($call) => ${guestExpression(code, names, '$call')};${guestDeclarations()}
import { WorkerEntrypoint } from 'cloudflare:workers';
export default class extends WorkerEntrypoint { run(call) { return $start(call); } }`;

// TypeScript's library for browsers does not contain the symbol.
const { dispose } = Symbol as { readonly dispose?: symbol };

/** Releases the Worker now, which ends its calls, and not at the next garbage collection. */
function release(resource: object): void {
  const method: unknown = dispose === undefined ? undefined : Reflect.get(resource, dispose);
  if (typeof method === 'function') method.call(resource);
}
