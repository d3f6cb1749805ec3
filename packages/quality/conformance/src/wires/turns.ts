import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { type Members, objectsIn } from './members.ts';
import { isString, type Report } from './shape.ts';

/** Messages of one role, which are one turn for the API of a Claude model. */
export interface Turn {
  readonly path: string;
  readonly role: unknown;
  /** Blocks of the turn's messages, with their paths. */
  readonly blocks: readonly { readonly block: Members; readonly path: string }[];
}

/** Returns the turns of the messages. `joins`: whether a message continues a turn of the same role. A string becomes a text block. */
export function turnsIn(messages: unknown, joins: (role: unknown) => boolean): readonly Turn[] {
  const turns: { path: string; role: unknown; blocks: { block: Members; path: string }[] }[] = [];
  for (const [index, message] of asList(messages).entries()) {
    if (!isRecord(message) || message['role'] === 'system') continue;
    const { role, content } = message;
    const path = `messages[${index}]`;
    const last = turns.at(-1);
    const blocks = blocksOf(content, `${path}.content`);
    if (last !== undefined && last.role === role && joins(role)) last.blocks.push(...blocks);
    else turns.push({ path, role, blocks });
  }
  return turns;
}

function blocksOf(content: unknown, path: string): { block: Members; path: string }[] {
  if (isString(content)) return [{ block: { type: 'text', text: content }, path }];
  return asList(content).flatMap((block, index) =>
    isRecord(block) ? [{ block, path: `${path}[${index}]` }] : [],
  );
}

/** Tool call or tool result of a turn. */
export interface ToolBlock {
  /** Id of the call. */
  readonly id: string;
  readonly path: string;
}

/**
 * Checks that the user has the first turn, that call ids are unique, that the next turn has one result for each call, and that each
 * result has a call.
 */
export function checkToolTurns(
  turns: readonly Turn[],
  callsOf: (turn: Turn) => readonly ToolBlock[],
  resultsOf: (turn: Turn) => readonly ToolBlock[],
  report: Report,
): void {
  const [first] = turns;
  if (first !== undefined && first.role !== 'user')
    report('first-role', first.path, 'A conversation must start with a user message.');
  const knownIds = new Set<string>();
  let called: readonly string[] = [];
  for (const [index, turn] of turns.entries()) {
    checkResults(resultsOf(turn), called, report);
    for (const { id, path } of callsOf(turn)) {
      if (knownIds.has(id)) report('tool-id-duplicate', path, `"${id}" was used before; ids must be unique`);
      knownIds.add(id);
    }
    called = callsOf(turn).map(({ id }) => id);
    const next = turns[index + 1];
    const answered = next === undefined ? [] : resultsOf(next).map(({ id }) => id);
    const missing = called.filter((id) => !answered.includes(id));
    if (missing.length > 0)
      report('tool-call-unanswered', turn.path, `no result directly after it for ${missing.join(', ')}`);
  }
}

function checkResults(results: readonly ToolBlock[], called: readonly string[], report: Report): void {
  const answered = new Set<string>();
  for (const { id, path } of results) {
    if (!called.includes(id)) report('tool-result-unknown', path, `the previous turn has no call "${id}"`);
    else if (answered.has(id)) report('tool-result-duplicate', path, `"${id}" is answered twice`);
    answered.add(id);
  }
}

/** Checks that each tool message follows tool calls, and that its tool name and call id, if set, are those of a call. */
export function checkToolMessages(messages: unknown, report: Report): void {
  let open: { readonly names: readonly unknown[]; readonly ids: readonly unknown[] } | undefined;
  for (const [index, message] of asList(messages).entries()) {
    if (!isRecord(message)) continue;
    if (message['role'] !== 'tool') {
      const calls = message['role'] === 'assistant' ? objectsIn(message['tool_calls']) : [];
      const names = calls.map((call) => asRecord(call['function'])['name']);
      open = calls.length === 0 ? undefined : { names, ids: calls.map(({ id }) => id) };
      continue;
    }
    const { tool_name: name, tool_call_id: id } = message;
    const path = `messages[${index}]`;
    if (open === undefined)
      report('tool-result-misplaced', path, 'a tool message must follow the message with its tool_calls');
    else if (isString(name) && !open.names.includes(name))
      report('tool-result-unknown', `${path}.tool_name`, `"${name}" was not called`);
    else if (isString(id) && !open.ids.includes(id))
      report('tool-result-unknown', `${path}.tool_call_id`, `no call has the id "${id}"`);
  }
}
