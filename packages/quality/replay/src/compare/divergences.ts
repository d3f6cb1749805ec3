import type { ChatRequest, ToolCallPart } from '@majordomo/core';
import { toJsonSchema } from '@majordomo/core/toolkit';
import { toolCallsOf } from '@majordomo/evals/internal';
import type { Divergence } from '../traffic/answer.ts';
import type { Candidate } from '../experiment/definition.ts';
import { differingPaths } from './differing-paths.ts';

/** Rules for the comparison of tool calls. */
export interface CallRules {
  /** Recorded request, whose tools have the schemas of the arguments, and whose messages precede the calls. */
  readonly request: ChatRequest;
  readonly sameArgument: Candidate['sameArgument'];
}

/** Returns the differences between the calls of an answer and the recorded calls. The order of the calls does not matter. */
export function divergencesOf(
  recorded: readonly ToolCallPart[],
  calls: readonly ToolCallPart[],
  rules: CallRules,
): readonly Divergence[] {
  const [first] = recorded;
  if (first !== undefined && calls.length === 0)
    return [{ type: 'answer-instead-of-call', tool: first.name }];
  if (first === undefined) return calls.map(({ name }) => ({ type: 'call-instead-of-answer', tool: name }));
  return [...pairsOf(unmatched(recorded, calls, rules), rules)];
}

interface Unmatched {
  /** Recorded calls without an equal call. */
  readonly missing: readonly ToolCallPart[];
  readonly additional: readonly ToolCallPart[];
}

/** Removes the equal calls. */
function unmatched(
  recorded: readonly ToolCallPart[],
  calls: readonly ToolCallPart[],
  rules: CallRules,
): Unmatched {
  const additional = [...calls];
  const missing = recorded.filter((call) => {
    const at = additional.findIndex((other) => differingPathsOfCalls(call, other, rules)?.length === 0);
    if (at !== -1) additional.splice(at, 1);
    return at === -1;
  });
  return { missing, additional };
}

/** Yields one divergence for each remaining call. Calls of the same tool are compared first. */
function* pairsOf({ missing, additional }: Unmatched, rules: CallRules): Generator<Divergence> {
  const others = [...additional];
  const rest: ToolCallPart[] = [];
  for (const call of missing) {
    const at = others.findIndex(({ name }) => name === call.name);
    const [other] = at === -1 ? [] : others.splice(at, 1);
    if (other === undefined) rest.push(call);
    else
      yield {
        type: 'other-arguments',
        tool: call.name,
        paths: differingPathsOfCalls(call, other, rules) ?? [],
      };
  }
  for (const { name } of rest) {
    const other = others.shift();
    if (other === undefined) yield { type: 'missing-call', tool: name };
    else yield { type: 'other-tool', tool: other.name };
  }
  for (const call of others)
    yield { type: isInTranscript(call, rules) ? 'repeated-call' : 'additional-call', tool: call.name };
}

/** Returns the paths at which the arguments of two calls differ, or `undefined` for different tools. */
export function differingPathsOfCalls(
  a: ToolCallPart,
  b: ToolCallPart,
  rules: CallRules,
): readonly string[] | undefined {
  if (a.name !== b.name) return undefined;
  // Arguments that are not JSON are not known.
  if (a.invalid !== undefined || b.invalid !== undefined)
    return a.invalid?.raw === b.invalid?.raw ? [] : [''];
  const { sameArgument, request } = rules;
  const tool = request.tools?.find(({ name }) => name === a.name);
  return differingPaths(a.args, b.args, {
    schema: tool && toJsonSchema(tool.parameters, `tool ${tool.name}`),
    isSame: sameArgument && ((x, y, path) => sameArgument(x, y, { tool: a.name, path })),
  });
}

/** Whether the transcript already contains an equal call, whose result it also contains. */
const isInTranscript = (call: ToolCallPart, rules: CallRules): boolean =>
  rules.request.messages
    .filter((message) => message.role === 'assistant')
    .flatMap(toolCallsOf)
    .some((other) => differingPathsOfCalls(call, other, rules)?.length === 0);
