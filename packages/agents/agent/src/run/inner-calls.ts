import {
  LlmError,
  type CallOptions,
  type Clock,
  type JsonObject,
  type JsonValue,
  type ToolCallPart,
  type ToolResultPart,
} from '@majordomo/core';
import { failedWorkOf } from '../loop/spending.ts';
import { partsOf } from './agent-parts.ts';
import { onceToolOf } from './check-claim.ts';
import { nestingOf, withNesting } from './nesting.ts';
import type { ToolRun } from './tool-run.ts';
import { errorResult, type ToolOutcome } from '../state/state.ts';
import { requiresApproval } from '../tools/approval.ts';
import { subAgentOf } from '../tools/sub-agent-tool.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import { jsonOf, partOf } from '../tools/tool-output.ts';

/** Surroundings of calls that a tool makes: the tools of the agent, and the limits and events of the run. */
export interface InnerHost {
  /** Returns a tool of the agent. */
  find(name: string): Tool | undefined;
  /** Runs a call. `work` runs the tool within its own limits. */
  perform(call: ToolCallPart, tool: Tool | undefined, work: () => Promise<ToolOutcome>): Promise<ToolOutcome>;
}

/** Host of calls outside an agent, such as those of a tool that an MCP server offers. */
export const PLAIN_HOST: InnerHost = {
  find: () => undefined,
  perform: (_call, _tool, work) => work(),
};

/** Call whose tool calls other tools. */
interface OuterCall {
  readonly tool: Tool;
  readonly call: ToolCallPart;
  readonly context: Omit<ToolContext, 'call'>;
  readonly clock: Pick<Clock, 'timer'>;
  /** Host of the calls. `undefined` forbids calls. */
  readonly host: InnerHost | undefined;
  /** Runs a call of a tool that must not call tools itself. */
  readonly runCall: (toolRun: ToolRun, host: undefined) => Promise<ToolOutcome>;
}

/** Calls that a tool makes while it runs. All calls end with the call of the tool. */
export class InnerCalls {
  private readonly outer: OuterCall;
  private readonly started: string[] = [];
  private readonly running = new Set<Promise<unknown>>();
  private readonly ending = new AbortController();
  private hasEnded = false;

  constructor(outer: OuterCall) {
    this.outer = outer;
  }

  readonly call: ToolContext['call'] = (name, args) => {
    const result = this.run(name, args);
    this.running.add(result);
    const onSettled = (): void => void this.running.delete(result);
    // If the tool does not await a call, its failure must not become an unhandled rejection.
    result.then(onSettled, onSettled);
    return result;
  };

  /** Returns the numbers of calls by name, as a member of the outcome, if the tool made calls. */
  counts(): Pick<ToolOutcome, 'innerCalls'> {
    if (this.started.length === 0) return {};
    const counts = new Map<string, number>();
    for (const name of this.started) counts.set(name, (counts.get(name) ?? 0) + 1);
    return { innerCalls: Object.fromEntries(counts) };
  }

  /** Aborts the calls that the tool did not await, and waits until they have ended. Later calls are refused. */
  async end(): Promise<void> {
    this.hasEnded = true;
    if (this.running.size === 0) return;
    this.ending.abort(this.endedError());
    await Promise.allSettled(this.running);
  }

  private endedError(): LlmError {
    return new LlmError('aborted', `"${this.outer.tool.name}" ended before its call`);
  }

  private async run(name: string, args: JsonObject): Promise<JsonValue> {
    const { tool: outer, call: outerCall, context, host } = this.outer;
    if (host === undefined) throw new Error(`"${outer.name}" was called by a tool, so it cannot call tools`);
    if (this.hasEnded) throw this.endedError();
    const signal = AbortSignal.any([context.signal, this.ending.signal]);
    signal.throwIfAborted();
    const number = this.started.push(name);
    const call: ToolCallPart = { type: 'tool-call', id: `${outerCall.id}/${number}`, name, args };
    const tool = outer.inner?.find((one) => one.name === name) ?? host.find(name);
    let output: unknown;
    const toolRun: ToolRun = {
      tool,
      call,
      names: (outer.inner ?? []).map((one) => one.name),
      context: innerContext(context, call.id, `${context.key}/${number}`, signal),
      clock: this.outer.clock,
      // A call that needs approval does not run.
      isApproved: false,
      onOutput: (value) => {
        output = value;
      },
    };
    const outcome = await host.perform(call, tool, () => this.perform(toolRun));
    if (outcome.isError === true) throw new Error(textOf(outcome.content));
    return outputValue(name, output);
  }

  private async perform(toolRun: ToolRun): Promise<ToolOutcome> {
    const { tool, call } = toolRun;
    const { spend, options } = this.outer.context;
    const why = tool && (await whyOnlyModel(tool, call, options));
    if (why !== undefined) return errorResult(call, why);
    try {
      const outcome = await this.outer.runCall(toolRun, undefined);
      spend(outcome.usage);
      const isWaiting = outcome.suspended !== undefined || outcome.run !== undefined;
      return isWaiting ? errorResult(call, `${call.name} waits for a decision; call it directly`) : outcome;
    } catch (error) {
      spend(failedWorkOf(error)?.usage);
      throw error;
    }
  }
}

/** Returns the context of the call. The run of a sub-agent that waited belongs to the outer call. */
function innerContext(
  context: Omit<ToolContext, 'call'>,
  callId: string,
  key: string,
  signal: AbortSignal,
): Omit<ToolContext, 'spend' | 'call'> {
  const { spend: _spend, ...shared } = context;
  const nesting = { ...nestingOf(context), run: undefined, subAgentResult: undefined };
  return withNesting({ ...shared, callId, key, signal }, nesting);
}

/** Returns the reason for which only the model can make the call, otherwise `undefined`. */
async function whyOnlyModel(
  tool: Tool,
  call: ToolCallPart,
  options: CallOptions,
): Promise<string | undefined> {
  const { name, effect } = tool;
  if (effect === 'once') return `${name} has the effect "once"; call it directly`;
  const parts = partsOf(subAgentOf(tool));
  const once = parts && onceToolOf(parts);
  if (once !== undefined)
    return `${name} runs an agent whose tool ${once} has the effect "once"; call it directly`;
  const needsApproval = await requiresApproval(tool, call, options);
  return needsApproval ? `${name} requires approval; call it directly` : undefined;
}

/** Returns the output of a tool as JSON. Text parts become their text. Throws for images and documents. */
function outputValue(name: string, output: unknown): JsonValue {
  if (output === undefined) return null;
  const values: readonly unknown[] = Array.isArray(output) && output.length > 0 ? output : [output];
  const parts = values.map((value) => partOf(value)).filter((part) => part !== undefined);
  if (parts.some(({ type }) => type !== 'text'))
    throw new Error(`${name} returned an image or a document, which another tool cannot receive`);
  if (parts.length === values.length) return textOf(parts);
  return JSON.parse(jsonOf(output) as string) as JsonValue;
}

const textOf = (content: ToolResultPart['content']): string =>
  content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
