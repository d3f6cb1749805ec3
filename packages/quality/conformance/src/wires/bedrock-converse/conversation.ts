import { asRecord } from '@majordomo/core/toolkit';
import type { Members } from '../members.ts';
import { isString, type Report } from '../shape.ts';
import { checkToolTurns, type ToolBlock, type Turn, turnsIn } from '../turns.ts';

/** Returns the messages as turns. Consecutive user messages form one turn (recorded 2024). */
export const turnsOf = ({ messages }: Members): readonly Turn[] =>
  turnsIn(messages, (role) => role === 'user');

/** Checks the order of the turns, and that the turn after calls has one result per call. Vendor tools need no result. */
export function checkConversation(turns: readonly Turn[], report: Report): void {
  checkToolTurns(turns, callsOf, resultsOf, report);
  for (const [index, { path, role }] of turns.entries())
    if (role === 'assistant' && turns[index - 1]?.role === 'assistant')
      report('alternation', path, 'roles must alternate between user and assistant');
}

const callsOf = ({ blocks }: Turn): readonly ToolBlock[] =>
  blocks.flatMap(({ block, path }) => {
    const { toolUseId: id, type } = asRecord(block['toolUse']);
    return isString(id) && type !== 'server_tool_use' ? [{ id, path }] : [];
  });

const resultsOf = ({ role, blocks }: Turn): readonly ToolBlock[] =>
  blocks.flatMap(({ block, path }) => {
    const { toolUseId: id } = asRecord(block['toolResult']);
    return isString(id) && role === 'user' ? [{ id, path }] : [];
  });
