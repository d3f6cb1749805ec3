import type { CallPart, Message, ResultPart, ToolMessage, ToolResultPart } from '@majordomo/core';
import { callsOf, groupsOf } from './groups.ts';

/** Returns messages in which one result follows each tool call. Adds missing results, and removes results without a call. */
export function repairPairs(messages: readonly Message[]): readonly Message[] {
  return groupsOf(messages).flatMap(({ start, end }) => {
    const group = messages.slice(start, end);
    const [turn, ...answers] = group;
    if (turn === undefined || turn.role === 'tool') return [];
    const calls = callsOf(turn);
    const allResults = answers.flatMap(({ parts }) => parts.filter(isResult));
    const left = [...allResults];
    const results = calls.flatMap((call) => takeResult(left, call.id) ?? missingResults(call));
    const isSound = left.length === 0 && results.length === allResults.length;
    if (isSound) return group;
    return results.length === 0 ? [turn] : [turn, { role: 'tool', parts: results } satisfies ToolMessage];
  });
}

/** Removes the first result of a call from `results`, and returns it. */
function takeResult(results: ResultPart[], id: string): ResultPart | undefined {
  const at = results.findIndex(({ callId }) => callId === id);
  return at === -1 ? undefined : results.splice(at, 1)[0];
}

const isResult = (part: Message['parts'][number]): part is ResultPart =>
  part.type === 'tool-result' || part.type === 'vendor-result';

/** Returns a result for a tool call. A call that waits for the client needs none, because it is then sent as text. */
function missingResults({ type, id, name }: CallPart): readonly ToolResultPart[] {
  const content = [{ type: 'text', text: 'This call has no result.' }] as const;
  return type === 'vendor-call' ? [] : [{ type: 'tool-result', callId: id, name, content, isError: true }];
}
