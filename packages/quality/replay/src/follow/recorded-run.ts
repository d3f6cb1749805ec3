import type { ChatRequest, Message, ToolCallPart, ToolResultPart } from '@majordomo/core';
import { toolCallsOf } from '@majordomo/evals/internal';
import { differingPathsOfCalls, type CallRules } from '../compare/divergences.ts';
import type { ReplayDefinition } from '../experiment/definition.ts';
import type { RecordedCall } from '../traffic/answer.ts';
import type { ExcludedCall } from '../traffic/traffic.ts';

/** Reads a recorded call or, with `follow`, the run that ends with it. */
export async function readUnit(
  { traffic, follow = false }: Pick<ReplayDefinition, 'traffic' | 'follow'>,
  id: string,
  signal: AbortSignal,
): Promise<RecordedCall | ExcludedCall> {
  const call = await traffic.read(id, signal);
  return follow && !('excluded' in call) ? runOf(call) : call;
}

/**
 * Returns the run that ends with a call: its request ends with the last user message, and `steps` are the messages after it. The times
 * and the cost of a run are not known, because they were recorded for its last call.
 */
function runOf(call: RecordedCall): RecordedCall | ExcludedCall {
  const { request, response } = call;
  if (toolCallsOf({ role: 'assistant', parts: response.parts }).length > 0)
    return { excluded: 'the answer calls tools, so it does not end a run' };
  if (response.finish === 'incomplete')
    return { excluded: 'the vendor paused the answer, so it does not end a run' };
  const { messages } = request;
  const start = messages.findLastIndex(({ role }) => role === 'user') + 1;
  if (start === 0) return { excluded: 'the request has no user message, so the run has no beginning' };
  const steps = messages.slice(start);
  const problem = problemOf(request, steps);
  if (problem !== undefined) return { excluded: problem };
  return {
    ...call,
    request: requestAtStart({ ...request, messages: messages.slice(0, start) }, steps.length > 0),
    steps,
    ms: undefined,
    firstMs: undefined,
    nanoUsd: undefined,
  };
}

/** Returns the reason why a model could not repeat the steps of a run. */
function problemOf({ tools = [] }: ChatRequest, steps: readonly Message[]): string | undefined {
  if (steps.some(({ role }) => role === 'system')) return 'the run contains instructions between its steps';
  if (steps.some(({ parts }) => parts.some(({ type }) => type === 'vendor-call')))
    return 'the run calls a tool of the vendor, whose results other models cannot read';
  const recorded = resultsOf(steps);
  if (recorded.length < steps.flatMap(toolCallsOf).length)
    return 'a tool call of the run has no recorded result';
  const names = new Set(tools.map(({ name }) => name));
  // A failed call may have named a tool that never existed.
  const isRemoved = recorded.some(({ call, result }) => !names.has(call.name) && result.isError !== true);
  return isRemoved ? 'the run has called a tool that its last request does not have' : undefined;
}

/** Omits the tool choice of the last step, which often forbids calls. */
function requestAtStart(request: ChatRequest, hasSteps: boolean): ChatRequest {
  if (!hasSteps) return request;
  const { toolChoice: _lastChoice, ...rest } = request;
  return rest;
}

/** Number of answers by which a run may be longer than the recorded run. */
export const MORE_STEPS = 2;

/** Returns the number of answers of a transcript. */
export const answersIn = (messages: readonly Message[]): number =>
  messages.filter(({ role }) => role === 'assistant').length;

/** Returns the request with all messages of a run before its answer. */
export const requestAtEnd = ({
  request,
  steps = [],
}: Pick<RecordedCall, 'request' | 'steps'>): ChatRequest => ({
  ...request,
  messages: [...request.messages, ...steps],
});

/** Tool call with its recorded result. */
interface RecordedResult {
  readonly call: ToolCallPart;
  readonly result: ToolResultPart;
}

/** Returns the calls that have a result. Later steps may use the ids of earlier calls again, so a result follows its call directly. */
function resultsOf(steps: readonly Message[]): readonly RecordedResult[] {
  return steps.flatMap((message, at) => {
    const next = steps.findIndex(({ role }, other) => other > at && role === 'assistant');
    const results = steps.slice(at + 1, next === -1 ? undefined : next).flatMap(resultsIn);
    return toolCallsOf(message).flatMap((call): readonly RecordedResult[] => {
      const place = results.findIndex(({ callId }) => callId === call.id);
      return place === -1 ? [] : results.splice(place, 1).map((result) => ({ call, result }));
    });
  });
}

const resultsIn = ({ parts }: Message): readonly ToolResultPart[] =>
  [...parts].filter((part): part is ToolResultPart => part.type === 'tool-result');

/** Results of the tools of a recorded run, for a model that calls the tools in its own order. */
export class RecordedResults {
  private readonly recorded: readonly RecordedResult[];
  private readonly rules: CallRules;
  /** Recorded calls whose result was returned. */
  private readonly used = new Set<RecordedResult>();

  constructor(steps: readonly Message[], rules: CallRules) {
    this.recorded = resultsOf(steps);
    this.rules = rules;
  }

  /**
   * Returns the recorded result for a call, or `undefined` if the run has no equal call. Equal calls get the results of equal recorded
   * calls in their order, and then the last of them again.
   */
  take(call: ToolCallPart): ToolResultPart | undefined {
    const equal = this.recorded.filter(
      ({ call: other }) => differingPathsOfCalls(other, call, this.rules)?.length === 0,
    );
    const found = equal.find((one) => !this.used.has(one)) ?? equal.at(-1);
    if (found === undefined) return undefined;
    this.used.add(found);
    return { ...found.result, callId: call.id };
  }
}
