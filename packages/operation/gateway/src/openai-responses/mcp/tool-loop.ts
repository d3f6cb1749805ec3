import {
  sumUsage,
  type AssistantPart,
  type CallOptions,
  type ChatRequest,
  type ChatResponse,
  type FinishReason,
  type Message,
  type StreamEvent,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
} from '@majordomo/core';
import { distinctWarnings } from '@majordomo/core/toolkit';
import type { McpAnswer } from '../../options.ts';
import type { AnsweringModel } from '../../wire.ts';
import { withResults, type ApprovedCall } from './history.ts';
import type { ClientTool, KnownTools } from '../known-tools.ts';

type Finish = Extract<StreamEvent, { readonly type: 'finish' }>;
type PartEnd = Extract<StreamEvent, { readonly type: 'part-end' }>;
/** Calls that run, with a promise for the end of each. */
type Running = ReadonlyMap<AssistantPart, Promise<void>>;

/** Maximum number of calls of the model for a response. In the last one, the model may call no tools. */
const MAX_STEPS = 32;
/** Maximum number of calls of tools for a response without `max_tool_calls`. */
const MAX_CALLS = 128;
/** Least limit of output tokens of a call of the model, because vendors refuse lower limits. */
const MIN_TOKENS = 16;

/** Codes of JSON-RPC for calls that are not sent. */
const INVALID_PARAMS = -32_602;
const NOT_CALLED = -32_000;

/** Reasons for the end of a turn whose calls are incomplete or must not run. */
const STOPPED: readonly FinishReason[] = ['length', 'content-filter', 'refusal', 'incomplete'];

/** Options of a loop. */
export interface ToolLoopOptions {
  readonly model: AnsweringModel;
  readonly known: KnownTools;
  /** Calls that run before the model is called. */
  readonly approved: readonly ApprovedCall[];
  /** Maximum number of calls of tools. @default 128 */
  readonly maxCalls: number | undefined;
  /** Receives the answer to each call that has run. */
  readonly answers: Map<ToolCallPart, McpAnswer>;
  readonly call: (tool: ClientTool, call: ToolCallPart, options: CallOptions) => Promise<McpAnswer>;
}

/** Model of one response. Runs the MCP tools that the model calls, and calls it again with their results, until it calls none. */
export class ToolLoop implements AnsweringModel {
  private readonly options: ToolLoopOptions;
  private readonly approved: readonly ToolCallPart[];
  private readonly usages: (Usage | undefined)[] = [];
  private messages: readonly Message[] = [];
  private steps = 0;
  private callsLeft: number;

  constructor(options: ToolLoopOptions) {
    this.options = options;
    this.approved = options.approved.map(({ call }) => call);
    this.callsLeft = options.maxCalls ?? MAX_CALLS;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    await Promise.all(this.run(this.approved, options).values());
    this.begin(request);
    const responses: ChatResponse[] = [];
    for (;;) {
      const response = await this.options.model.generate(this.next(request), options);
      responses.push(response);
      this.usages.push(response.usage);
      const running = this.run(this.callsIn(response.parts, response.finish), options);
      await Promise.all(running.values());
      if (isLast(response.parts, running))
        return joined(this.approved, response, responses, sumUsage(...this.usages));
      this.addTurn(response.parts);
    }
  }

  async *stream(request: ChatRequest, options: CallOptions): AsyncGenerator<StreamEvent> {
    yield* this.approvedEvents(options);
    this.begin(request);
    for (let first = this.approved.length; ;) {
      const step = new StreamedStep(first, first === 0, (part) => this.runs(part));
      let finish: Finish | undefined;
      for await (const event of this.options.model.stream(this.next(request), options)) {
        if (event.type === 'finish') finish = event;
        const passed = step.push(event);
        if (passed !== undefined) yield passed;
      }
      if (finish === undefined) throw new TypeError('the stream of the model has no event `finish`');
      this.usages.push(finish.usage);
      const running = this.run(this.callsIn(step.parts, finish.reason), options);
      yield* endsOf(step.held, running);
      if (isLast(step.parts, running)) {
        yield { ...finish, usage: sumUsage(...this.usages) };
        return;
      }
      this.addTurn(step.parts);
      first = step.end;
    }
  }

  private async *approvedEvents(options: CallOptions): AsyncGenerator<StreamEvent> {
    for (const [index, { id, name }] of this.approved.entries())
      yield { type: 'part-start', index, part: { type: 'tool-call', id, name } };
    const ends = this.approved.map((part, index): PartEnd => ({ type: 'part-end', index, part }));
    yield* endsOf(ends, this.run(this.approved, options));
  }

  /** Begins with the conversation of the request, which contains the results of the approved calls. */
  private begin({ messages }: ChatRequest): void {
    const results = this.options.approved.map(({ call, result }) => [result, this.resultOf(call)] as const);
    this.messages = withResults(messages, new Map(results));
  }

  /** Returns the next request. The client's choice of a tool applies to the first one, because the model could not end otherwise. */
  private next(request: ChatRequest): ChatRequest {
    this.steps++;
    const { maxTokens, toolChoice } = request;
    const used = sumUsage(...this.usages)?.output ?? 0;
    const isForced = toolChoice === 'required' || typeof toolChoice === 'object';
    const mayCall = this.callsLeft > 0 && this.steps < MAX_STEPS;
    return {
      ...request,
      messages: this.messages,
      ...(maxTokens !== undefined && used > 0 && { maxTokens: Math.max(MIN_TOKENS, maxTokens - used) }),
      ...(isForced && this.steps > 1 && { toolChoice: 'auto' }),
      ...(!mayCall && { toolChoice: 'none' }),
    };
  }

  /** Whether a part is a call that the gateway runs without an approval. */
  private runs(part: AssistantPart): boolean {
    return part.type === 'tool-call' && this.options.known.get(part.name)?.mcp?.needsApproval === false;
  }

  /** Returns the calls of a turn that the gateway runs. */
  private callsIn(parts: readonly AssistantPart[], finish: FinishReason): readonly ToolCallPart[] {
    if (STOPPED.includes(finish) || this.steps >= MAX_STEPS) return [];
    return callsOf(parts).filter((part) => this.runs(part));
  }

  /** Runs calls at the same time. */
  private run(calls: readonly ToolCallPart[], options: CallOptions): Running {
    const running = calls.map((call) => {
      const ended = this.answerTo(call, options).then((answer) => {
        this.options.answers.set(call, answer);
      });
      // The caller awaits the calls in turn. A failure of a later one must not be an unhandled rejection until then.
      ended.catch(() => undefined);
      return [call, ended] as const;
    });
    return new Map(running);
  }

  private async answerTo(call: ToolCallPart, options: CallOptions): Promise<McpAnswer> {
    const tool = this.options.known.get(call.name);
    if (tool === undefined || call.invalid !== undefined)
      return { code: INVALID_PARAMS, message: 'not called, because the arguments are not a JSON object' };
    if (this.callsLeft <= 0)
      return { code: NOT_CALLED, message: 'not called, because the maximum number of calls is reached' };
    this.callsLeft--;
    return this.options.call(tool, call, options);
  }

  /** Adds a turn of the model and the results of its calls to the conversation. */
  private addTurn(parts: readonly AssistantPart[]): void {
    const results = callsOf(parts).map((call) => this.resultOf(call));
    this.messages = [...this.messages, { role: 'assistant', parts }, { role: 'tool', parts: results }];
  }

  private resultOf(call: ToolCallPart): ToolResultPart {
    const answer = this.options.answers.get(call);
    if (answer === undefined) throw new TypeError('a call has no answer');
    const { id: callId, name } = call;
    if ('code' in answer)
      return {
        type: 'tool-result',
        callId,
        name,
        content: [{ type: 'text', text: answer.message }],
        isError: true,
      };
    const { content, isError } = answer;
    return { type: 'tool-result', callId, name, content, ...(isError && { isError }) };
  }
}

/** Events of one call of the model, with the indices that their parts have in the response. */
class StreamedStep {
  /** Ends of the calls that the gateway runs. The client receives each when the call has ended. */
  readonly held: PartEnd[] = [];
  private readonly first: number;
  private readonly isFirst: boolean;
  private readonly runs: (part: AssistantPart) => boolean;
  private readonly byIndex = new Map<number, AssistantPart>();
  private hasContent = false;

  /** @param first index of the first part in the response. `isFirst`: whether the client has received nothing yet */
  constructor(first: number, isFirst: boolean, runs: (part: AssistantPart) => boolean) {
    this.first = first;
    this.isFirst = isFirst;
    this.runs = runs;
  }

  get parts(): readonly AssistantPart[] {
    return [...this.byIndex].toSorted(([a], [b]) => a - b).map(([, part]) => part);
  }

  /** Index of the first part of the next step. */
  get end(): number {
    return Math.max(this.first, ...[...this.byIndex.keys()].map((index) => index + 1));
  }

  /** Returns the event that the client receives now. */
  push(event: StreamEvent): StreamEvent | undefined {
    if (event.type === 'finish' || (event.type === 'start' && !this.isFirst)) return undefined;
    if (event.type === 'reset') {
      this.byIndex.clear();
      this.held.length = 0;
      // Of a later step without content, the client has received nothing that the reset would take back.
      return this.isFirst || this.hasContent ? event : undefined;
    }
    if (!('index' in event)) return event;
    this.hasContent = true;
    const placed = { ...event, index: this.first + event.index };
    if (placed.type !== 'part-end') return placed;
    this.byIndex.set(placed.index, placed.part);
    if (!this.runs(placed.part)) return placed;
    this.held.push(placed);
    return undefined;
  }
}

const callsOf = (parts: readonly AssistantPart[]): readonly ToolCallPart[] =>
  parts.filter((part) => part.type === 'tool-call');

/** Whether a turn ends the response: the gateway has run no call, or the client must answer one. */
const isLast = (parts: readonly AssistantPart[], running: Running): boolean =>
  running.size === 0 || callsOf(parts).length > running.size;

/** Returns the ends of calls, each when the call has ended. */
async function* endsOf(held: readonly PartEnd[], running: Running): AsyncGenerator<StreamEvent> {
  for (const end of held) {
    await running.get(end.part);
    yield end;
  }
}

/** Returns one response with the parts of all turns. */
function joined(
  approved: readonly ToolCallPart[],
  last: ChatResponse,
  responses: readonly ChatResponse[],
  usage: Usage | undefined,
): ChatResponse {
  const parts = [...approved, ...responses.flatMap((response) => response.parts)];
  return {
    ...last,
    message: { role: 'assistant', parts },
    parts,
    usage,
    warnings: distinctWarnings(responses.flatMap(({ warnings }) => warnings)),
    attempts: responses.flatMap(({ attempts }) => attempts),
  };
}
