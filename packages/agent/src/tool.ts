import type {
  CallOptions,
  JsonObject,
  JsonSchema,
  JsonValue,
  ObjectSchema,
  ToolResultPart,
  ToolSpec,
  Usage,
} from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';

/** Context of a tool call. */
export interface ToolContext {
  /** Aborts with the run, and when the tool's own time is over. */
  readonly signal: AbortSignal;
  readonly callId: string;
  /** `<run>/<step>/<call>`: the same on every retry and replay; hand it to whatever can deduplicate. */
  readonly key: string;
  /** The caller's own, from the options of the run. */
  readonly context: unknown;
  /** Call options of the run, for tools that call models. */
  readonly options: CallOptions;
  /** Number of agents above this one; 0 if no other agent's tool began the run. */
  readonly depth: number;
  /** Counts what the tool's own model calls cost into the run's usage. */
  readonly spend: (usage: Usage | undefined) => void;
}

/** Text, any value that JSON can hold, an image as bytes, or text and image parts. `undefined` becomes the text "done". */
export type ToolOutput =
  string | number | boolean | null | undefined | object | readonly ToolResultPart['content'][number][];

/**
 * Number of times that a call may begin. `repeatable` (default): at least once. `once`: at most once. If a `once` call
 * began before and its result was not recorded, the model gets an error that the outcome is unknown. A durable engine
 * ensures this by its journal, `run` and `stream` by `RunOptions.claim`; without it they refuse to resume such a call
 * from a state of another process.
 */
export type ToolEffect = 'repeatable' | 'once';

/** A tool as the agent runs it; `defineTool` makes one with typed arguments. */
export interface Tool extends ToolSpec {
  /** Gets arguments that its schema has accepted. What it throws becomes an error result. */
  readonly run: (args: never, context: ToolContext) => ToolOutput | Promise<ToolOutput>;
  /**
   * Whether a person must agree first, or a function of accepted arguments without side effects. If the function fails,
   * approval is required.
   */
  readonly approval?: boolean | ((args: JsonObject) => boolean | Promise<boolean>) | undefined;
  /** How often a call may begin. `@default 'repeatable'` */
  readonly effect?: ToolEffect | undefined;
  /** Milliseconds until the call is given up with an error result, its check included. Default, and 0: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Characters of text that a result may have; what is beyond is cut, and marked. Default 100,000. */
  readonly maxResultChars?: number | undefined;
}

/** A tool with typed arguments. */
export interface ToolDefinition<Parameters, Args> {
  readonly name: string;
  readonly description: string;
  readonly parameters: Parameters;
  /** Must a person agree first? A function decides by the arguments, and may take its time. Default: no. */
  readonly approval?: boolean | ((args: Args) => boolean | Promise<boolean>) | undefined;
  /** Milliseconds until the call is given up with an error result, its check included. Default, and 0: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Characters of text that a result may have; what is beyond is cut, and marked. Default 100,000. */
  readonly maxResultChars?: number | undefined;
  /** How often a call may begin. `@default 'repeatable'` */
  readonly effect?: ToolEffect | undefined;
  /** Gets arguments that the schema has accepted, as it returned them. What it throws becomes an error result. */
  run(args: Args, context: ToolContext): ToolOutput | Promise<ToolOutput>;
}

const KINDS: KindsOf<ToolDefinition<unknown, never>> = {
  name: 'string',
  description: 'string',
  parameters: 'object or function',
  approval: 'boolean or function',
  // Of any tool, and so where the agent is made.
  timeoutMs: true,
  maxResultChars: true,
  effect: 'string',
  run: 'function',
};

const OTHER_NAMES: Readonly<Record<string, keyof Tool>> = {
  execute: 'run',
  handler: 'run',
  inputSchema: 'parameters',
  schema: 'parameters',
  needsApproval: 'approval',
};

/**
 * A tool whose arguments are checked and typed by its schema. Throws `config` for a definition that cannot be meant.
 *
 * @example
 * const weather = defineTool({
 *   name: 'weather', description: 'Weather in a city', parameters: z.object({ city: z.string() }),
 *   run: ({ city }) => `sunny in ${city}`,
 * });
 */
export function defineTool<T extends object>(tool: ToolDefinition<ObjectSchema<T>, T>): Tool;
export function defineTool(tool: ToolDefinition<JsonSchema, JsonObject>): Tool;
export function defineTool(tool: ToolDefinition<ObjectSchema<unknown> | JsonSchema, never>): Tool {
  checkOptions('defineTool', tool, KINDS, ['name', 'parameters', 'run'], OTHER_NAMES);
  const { approval, parameters, name, description, timeoutMs, maxResultChars, effect } = tool;
  return {
    name,
    description,
    parameters,
    timeoutMs,
    maxResultChars,
    effect,
    approval: typeof approval === 'function' ? (args) => approval(args as never) : approval,
    run: (args, context) => tool.run(args, context),
  };
}

const SUSPENDED = Symbol.for('majordomo.suspended');

/**
 * Returns a value by which a tool waits for a person or a webhook. The run pauses with the payload in its state. The
 * decision `result` answers the call, `deny` rejects it; the tool does not run again.
 */
export function suspend(payload: JsonValue = null): object {
  return { [SUSPENDED]: { payload } };
}

/** The payload of a suspension; `undefined` for any other output. */
export function suspension(output: unknown): { readonly payload: JsonValue } | undefined {
  if (typeof output !== 'object' || output === null || !(SUSPENDED in output)) return undefined;
  return output[SUSPENDED] as { readonly payload: JsonValue };
}
