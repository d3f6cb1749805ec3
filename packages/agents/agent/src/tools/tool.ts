import {
  LlmError,
  type CallOptions,
  type JsonObject,
  type JsonSchema,
  type JsonValue,
  type ObjectSchema,
  type ToolResultPart,
  type ToolSpec,
  type Usage,
} from '@majordomo/core';
import { checkOptions, vendorKindOf, type KindsOf } from '@majordomo/core/toolkit';
import { withConcurrencySlots } from './tool-slots.ts';

/** Context that a tool receives with each call. */
export interface ToolContext {
  /** Signal that aborts when the run aborts or the call exceeds `timeoutMs`. */
  readonly signal: AbortSignal;
  readonly callId: string;
  /** Key `<run>/<step>/<call>`, which is the same on every retry and replay. Pass it to services that deduplicate requests. */
  readonly key: string;
  /** Value of the run's option `context`. */
  readonly context: unknown;
  /** Call options of the run, for tools that call models. */
  readonly options: CallOptions;
  /** Number of agents that call this agent, directly or through other agents. 0 if no agent's tool started the run. */
  readonly depth: number;
  /** Adds the usage of the tool's model calls to the usage of the run. */
  readonly spend: (usage: Usage | undefined) => void;
  /**
   * Runs another tool: an `inner` tool of this tool, or a tool of the agent except those of `defineVendorTool`. Arguments are
   * validated, and `timeoutMs`, `concurrency` and `maxCalls` of the other tool apply, but not the agent's `toolConcurrency`. The
   * call has the id `<call>/<n>` and the key `<key>/<n>`. Resolves with the complete output as JSON. Rejects with the text of the error result, also if the call needs
   * approval, would wait for a decision, or has `effect: 'once'`, because only the model can make such a call. A tool that was called
   * in this way cannot call tools itself.
   */
  readonly call: (name: string, args: JsonObject) => Promise<JsonValue>;
}

/** Output of a tool: text, a JSON value, bytes of an image or a PDF, or parts. `undefined` becomes the text "done". */
export type ToolOutput =
  // TypeScript 5.9 requires `void` for a function whose block returns nothing.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  string | number | boolean | null | undefined | void | object | readonly ToolResultPart['content'][number][];

/**
 * Number of times that a call may start. `repeatable` (default): at least once. `once`: at most once. If a `once` call has started
 * before and its result was not recorded, or if it exceeds `timeoutMs`, its result is unknown: the run waits, and
 * `RunResult.unknown` contains the call until a person settles it. A durable engine ensures `once` with its journal. `run`,
 * `stream` and `effects` ensure it across processes with `claim`. Without `claim`, `run` and `stream` reject a state of another
 * process that contains such a call, and `drive` rejects an agent with such a tool.
 */
export type ToolEffect = 'repeatable' | 'once';

/** Properties of a call that `Tool.check` checks. */
export interface CheckedCall {
  /** Whether a person has approved the call. `undefined` if the caller of the tool does not know it. */
  readonly isApproved?: boolean | undefined;
}

/** Tool of an agent. `defineTool` creates a tool with typed arguments. */
export interface Tool extends Omit<ToolSpec, 'deferred'> {
  /** Runs the tool with validated arguments. An error becomes an error result. */
  readonly run: (args: never, context: ToolContext) => ToolOutput | Promise<ToolOutput>;
  /**
   * Whether a person must approve the call, or a pure function of the arguments. `options` are the call options of the run, or `undefined`
   * for a call outside a run. If the function fails, approval is required.
   */
  readonly approval?:
    | boolean
    | ((args: JsonObject, options?: CallOptions) => boolean | Promise<boolean>)
    | undefined;
  /**
   * Function that checks the validated arguments before `run`. If the function fails, the tool does not run, and the failure becomes an
   * error result. A sub-agent that continues after a wait is not checked again. `options` are the call options of the run, with
   * the signal of the call. `guardedTool` of `@majordomo/guards` sets this function. @default none
   */
  readonly check?:
    | ((args: JsonObject, options: CallOptions, call?: CheckedCall) => void | Promise<void>)
    | undefined;
  /** Number of times that a call may start. @default 'repeatable' */
  readonly effect?: ToolEffect | undefined;
  /**
   * Maximum time of a call in milliseconds. The result of a longer call is an error, or unknown with `effect: 'once'`. 0 disables the
   * limit. @default 0
   */
  readonly timeoutMs?: number | undefined;
  /** Maximum number of characters of a result. If the text is longer, it is truncated and marked. @default 100_000 */
  readonly maxResultChars?: number | undefined;
  /**
   * Maximum number of calls of this tool at the same time in this process, over all runs. Further calls wait and start in order
   * of arrival. `timeoutMs` does not include the wait, and an abort ends the wait. @default unlimited
   */
  readonly concurrency?: number | undefined;
  /**
   * Maximum number of calls of this tool in one run. Includes denied and failed calls in the transcript. Further calls do not run
   * and need no approval. Their results are errors that state the limit. @default unlimited
   */
  readonly maxCalls?: number | undefined;
  /** Tools that this tool runs with `ToolContext.call`. The model does not receive their definitions. @default none */
  readonly inner?: readonly Tool[] | undefined;
}

/** Definition of a tool with typed arguments. */
export interface ToolDefinition<Parameters, Args> extends Pick<
  Tool,
  'callers' | 'extra' | 'effect' | 'timeoutMs' | 'maxResultChars' | 'concurrency' | 'maxCalls' | 'inner'
> {
  /** Name that the model calls. */
  readonly name: string;
  /** Purpose of the tool, for the model. */
  readonly description: string;
  /** Schema of the arguments: zod, valibot, arktype, or JSON Schema. */
  readonly parameters: Parameters;
  /** Whether a person must approve a call, or a function of the arguments that decides. @default false */
  readonly approval?: boolean | ((args: Args) => boolean | Promise<boolean>) | undefined;
  /** Runs the tool with the arguments that the schema returned. An error becomes an error result. */
  run(args: Args, context: ToolContext): ToolOutput | Promise<ToolOutput>;
}

/** Kinds of the options that tools with arguments and tools of a vendor share. */
export const SHARED_KINDS: KindsOf<
  Pick<Tool, 'approval' | 'effect' | 'timeoutMs' | 'maxResultChars' | 'concurrency' | 'maxCalls' | 'run'>
> = {
  approval: 'boolean or function',
  // `createAgent` checks these values, because a tool may be created without `defineTool`.
  timeoutMs: true,
  maxResultChars: true,
  concurrency: true,
  maxCalls: true,
  effect: 'string',
  run: 'function',
};

const KINDS: KindsOf<ToolDefinition<unknown, never>> = {
  ...SHARED_KINDS,
  name: 'string',
  description: 'string',
  parameters: 'object or function',
  callers: 'array',
  extra: 'object',
  inner: 'array',
};

/** Names that other libraries use for an option, with the option's name here, for the error message. */
const OTHER_NAMES: Readonly<Record<string, keyof Tool>> = {
  execute: 'run',
  handler: 'run',
  inputSchema: 'parameters',
  schema: 'parameters',
  needsApproval: 'approval',
};

/**
 * Creates a tool. Its schema validates and types its arguments. Throws `config` for an invalid definition, and for a
 * name that starts with `vendor:`, which is reserved for `defineVendorTool`.
 *
 * @example
 * const weather = defineTool({
 *   name: 'weather', description: 'Weather in a city', parameters: z.object({ city: z.string() }),
 *   run: ({ city }) => `sunny in ${city}`,
 * });
 */
// A schema of an array is refused, because the arguments of a call are an object.
export function defineTool<T extends object>(
  tool: [T] extends [readonly unknown[]] ? never : ToolDefinition<ObjectSchema<T>, T>,
): Tool;
export function defineTool(tool: ToolDefinition<JsonSchema, JsonObject>): Tool;
export function defineTool(tool: ToolDefinition<ObjectSchema<unknown> | JsonSchema, never>): Tool {
  checkOptions('defineTool', tool, KINDS, ['name', 'description', 'parameters', 'run'], OTHER_NAMES);
  if (vendorKindOf(tool.name) !== undefined)
    throw new LlmError(
      'config',
      `defineTool: the name "${tool.name}" is reserved for tools of defineVendorTool; rename the tool`,
      { path: 'name' },
    );
  const { approval } = tool;
  return withConcurrencySlots({
    ...tool,
    approval: typeof approval === 'function' ? (args) => approval(args as never) : approval,
    run: (args, context) => tool.run(args, context),
  });
}

const SUSPENDED = Symbol.for('majordomo.suspended');

/**
 * Returns an output that suspends the call until a person or a webhook responds. The run pauses with the payload in its state.
 * The decision `result` provides the result of the call, and `deny` denies the call. The tool does not run again.
 */
export function suspend(payload: JsonValue = null): object {
  return { [SUSPENDED]: { payload } };
}

/** Returns the payload of an output of `suspend`, or `undefined` for any other output. */
export function suspension(output: unknown): { readonly payload: JsonValue } | undefined {
  if (typeof output !== 'object' || output === null || !(SUSPENDED in output)) return undefined;
  return output[SUSPENDED] as { readonly payload: JsonValue };
}
