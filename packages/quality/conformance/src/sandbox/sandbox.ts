import { rejects } from 'node:assert/strict';
import type { JsonObject, JsonValue } from '@majordomo/core';

/**
 * `Sandbox` of `@majordomo/code-mode`. This package cannot import it, because the tests of `code-mode` need this package. One of them
 * fails if the types differ.
 */
export interface TestedSandbox {
  /** Runs the body of an async function; see `Sandbox.run`. */
  run(program: {
    readonly code: string;
    readonly names: readonly string[];
    readonly memoryBytes: number;
    readonly signal: AbortSignal;
    readonly call: (name: string, args: JsonObject) => Promise<JsonValue>;
  }): Promise<{ readonly value: JsonValue; readonly output: string }>;
}

/** Test case for a sandbox, for any test runner: `for (const { name, run } of sandboxConformance) it(name, () => run(sandbox))`. */
export interface SandboxCase {
  /** Behavior that the case checks. */
  readonly name: string;
  /** Runs the case. Rejects with an `AssertionError` if the case fails. Allow 60 seconds. */
  run(sandbox: TestedSandbox): Promise<void>;
}

/** Returns a case. */
export const sandboxCase = (name: string, run: SandboxCase['run']): SandboxCase => ({ name, run });

type Call = (args: JsonObject) => JsonValue | Promise<JsonValue>;

/** Tools, memory and signal of a program. */
interface Setup {
  /** Tools by name. @default `echo`, which returns its arguments, and `fail`, which fails with "no entry" */
  readonly tools?: Readonly<Record<string, Call>> | undefined;
  /** Signal that stops the program. @default after 50 s */
  readonly signal?: AbortSignal | undefined;
}

const MEMORY_BYTES = 64 * 2 ** 20;
const LONGEST_MS = 50_000;

const TOOLS: Readonly<Record<string, Call>> = {
  echo: (args) => args,
  fail: () => Promise.reject(new Error('no entry')),
};

/** Runs code in the sandbox. */
export function runCode(
  sandbox: TestedSandbox,
  code: string,
  { tools = TOOLS, signal = AbortSignal.timeout(LONGEST_MS) }: Setup = {},
): ReturnType<TestedSandbox['run']> {
  return sandbox.run({
    code,
    names: Object.keys(tools),
    memoryBytes: MEMORY_BYTES,
    signal,
    call: async (name, args) => {
      const tool = tools[name];
      if (tool === undefined) throw new Error(`there is no tool "${name}"`);
      return tool(args);
    },
  });
}

/** Returns the value that code returns in the sandbox. */
export const valueOf = async (sandbox: TestedSandbox, code: string, setup?: Setup): Promise<JsonValue> =>
  (await runCode(sandbox, code, setup)).value;

/** Returns the message of the error that code ends with. */
export async function errorOf(sandbox: TestedSandbox, code: string, setup?: Setup): Promise<string> {
  let message = '';
  await rejects(runCode(sandbox, code, setup), (error: unknown) => {
    message = error instanceof Error ? error.message : String(error);
    return error instanceof Error;
  });
  return message;
}
