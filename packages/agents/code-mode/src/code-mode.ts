import { defineTool, type Tool, type Toolbox, type ToolContext } from '@majordomo/agent';
import { LlmError, type JsonObject } from '@majordomo/core';
import {
  atLeast,
  abortable,
  asText,
  checkOptions,
  vendorKindOf,
  type KindsOf,
} from '@majordomo/core/toolkit';
import { declarationsOf } from './declarations.ts';
import type { ProgramResult, Sandbox } from './sandbox.ts';

const MAX_CODE_BYTES = 262_144;
const MEMORY_BYTES = 64 * 2 ** 20;

/** Options of `codeMode`. */
export interface CodeModeOptions {
  /** Sandbox that runs the programs. Nothing runs without it. */
  readonly sandbox: Sandbox;
  /**
   * Tools for programs. A tool with `effect: 'once'` is a `config` error. A tool whose `approval` is `true` is not declared, and a call that needs
   * approval fails, so that the tool should also be a tool of the agent.
   */
  readonly tools?: readonly Tool[] | undefined;
  /** Toolboxes whose tools programs also call. They are read before every step. */
  readonly toolboxes?: readonly Toolbox[] | undefined;
  /** Name of the tool. @default 'run_code' */
  readonly name?: string | undefined;
  /** Maximum time of a program with its calls, in milliseconds. At the limit, the program is stopped, and its result is an error. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** Maximum number of calls of a program. At the limit, the program is stopped, and its result is an error. @default 100 */
  readonly maxCalls?: number | undefined;
}

const KINDS: KindsOf<CodeModeOptions> = {
  sandbox: 'object with run',
  tools: 'array',
  toolboxes: 'array',
  name: 'string',
  timeoutMs: atLeast(1),
  maxCalls: atLeast(1),
};

/**
 * Returns a toolbox with one tool, with which the model runs a JavaScript program that calls other tools. Pass it to an agent in place
 * of these tools. The result of the tool is JSON with the value that the program returned and its console output. Throws `config` for
 * invalid options.
 *
 * @example createAgent({ model, toolboxes: [codeMode({ sandbox: runSandbox(), tools: [expenses] })] })
 */
export function codeMode(options: CodeModeOptions): Toolbox {
  checkOptions('codeMode', options, KINDS, ['sandbox']);
  let inner = innerTools(options);
  let tools = [programTool(inner, options)];
  return {
    name: 'code-mode',
    get tools() {
      const current = innerTools(options);
      if (current.length !== inner.length || current.some((tool, at) => tool !== inner[at])) {
        inner = current;
        tools = [programTool(inner, options)];
      }
      return tools;
    },
  };
}

/** Returns the tools that programs call. Throws `config` for tools that programs cannot call. */
function innerTools({ tools = [], toolboxes = [] }: CodeModeOptions): readonly Tool[] {
  const all = [...tools, ...toolboxes.flatMap((toolbox) => toolbox.tools)];
  const names = new Set<string>();
  for (const { name, effect } of all) {
    if (names.has(name)) throw invalid(`two tools are named "${name}"; rename one`);
    names.add(name);
    if (effect === 'once')
      throw invalid(
        `the tool "${name}" has the effect "once"; a program may run again, so pass it to the agent`,
      );
    if (vendorKindOf(name) !== undefined)
      throw invalid('a tool that answers calls of a vendor cannot be called; pass it to the agent');
  }
  return all;
}

const invalid = (problem: string): LlmError =>
  new LlmError('config', `codeMode: ${problem}`, { path: 'tools' });

function programTool(inner: readonly Tool[], options: CodeModeOptions): Tool {
  const { name = 'run_code', timeoutMs = 60_000 } = options;
  return defineTool({
    name,
    description: descriptionOf(inner),
    parameters: {
      type: 'object',
      properties: { code: { type: 'string', description: 'Body of an async function in JavaScript' } },
      required: ['code'],
      additionalProperties: false,
    },
    timeoutMs,
    inner,
    run: ({ code }: JsonObject, context) => runProgram(asText(code) ?? '', inner, context, options),
  });
}

const descriptionOf = (inner: readonly Tool[]): string =>
  `Runs a JavaScript program that calls tools. Prefer one program to several tool calls: use loops and Promise.all, and return only what you need.
The code is the body of an async function. \`await tools.NAME(args)\` calls a tool and throws an Error if the tool fails. \`return\` a JSON value. The result also contains the output of console.log. There is no network, file system, timer or module.

${declarationsOf(inner.filter(({ approval }) => approval !== true))}`;

async function runProgram(
  code: string,
  inner: readonly Tool[],
  context: ToolContext,
  { sandbox, maxCalls = 100 }: CodeModeOptions,
): Promise<ProgramResult> {
  const { length } = new TextEncoder().encode(code);
  if (length > MAX_CODE_BYTES)
    throw new Error(`the program has ${length} bytes; at most ${MAX_CODE_BYTES} are possible`);
  const limit = new AbortController();
  const signal = AbortSignal.any([context.signal, limit.signal]);
  let calls = 0;
  const names = inner.map(({ name }) => name);
  const result = sandbox.run({
    code,
    names,
    memoryBytes: MEMORY_BYTES,
    signal,
    call: async (name, args) => {
      calls++;
      if (calls > maxCalls) limit.abort(new Error(`a program may call tools at most ${maxCalls} times`));
      signal.throwIfAborted();
      // The sandbox may pass any name of the program, and the agent may have a tool with this name.
      if (!names.includes(name))
        throw new Error(`there is no tool "${name}" for programs; there are: ${names.join(', ')}`);
      return context.call(name, args);
    },
  });
  // The sandbox is code of the application or of another package, and may ignore the signal.
  return abortable(result, signal);
}
