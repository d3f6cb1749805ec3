import type { Message, ToolMessage, ToolResultPart } from '@majordomo/core';
import { callsOf, groupsOf } from './groups.ts';

/** Returns messages in which one result follows each tool call. Adds missing results, and removes results without a call. */
export function repairPairs(messages: readonly Message[]): readonly Message[] {
  return groupsOf(messages).flatMap(({ start, end }) => {
    const group = messages.slice(start, end);
    const [turn, ...answers] = group;
    if (turn === undefined || turn.role === 'tool') return [];
    const calls = callsOf(turn);
    const given = answers.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool-result'));
    const left = [...given];
    const results = calls.map(({ id, name }) => takeResult(left, id) ?? missingResult(id, name));
    const isSound = left.length === 0 && results.length === given.length;
    if (isSound) return group;
    return results.length === 0 ? [turn] : [turn, { role: 'tool', parts: results } satisfies ToolMessage];
  });
}

function takeResult(results: ToolResultPart[], id: string): ToolResultPart | undefined {
  const at = results.findIndex(({ callId }) => callId === id);
  return at === -1 ? undefined : results.splice(at, 1)[0];
}

const missingResult = (callId: string, name: string): ToolResultPart => ({
  type: 'tool-result',
  callId,
  name,
  content: [{ type: 'text', text: 'This call has no result.' }],
  isError: true,
});
