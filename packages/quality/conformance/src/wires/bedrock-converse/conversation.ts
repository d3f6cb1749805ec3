import { isRecord } from '@majordomo/core/toolkit';
import { isString, type Report } from '../shape.ts';

type Members = Readonly<Record<string, unknown>>;

export interface Turn {
  readonly path: string;
  readonly role: unknown;
  readonly blocks: readonly { readonly block: Members; readonly path: string }[];
}

/** Returns the messages as turns. Consecutive user messages form one turn (recorded 2024). */
export function turnsOf(body: unknown): readonly Turn[] {
  const messages = isRecord(body) && Array.isArray(body['messages']) ? body['messages'] : [];
  const turns: { path: string; role: unknown; blocks: { block: Members; path: string }[] }[] = [];
  messages.forEach((message: unknown, index) => {
    if (!isRecord(message)) return;
    const path = `messages[${index}]`;
    const { role, content } = message;
    const last = turns.at(-1);
    const turn = role === 'user' && last?.role === 'user' ? last : { path, role, blocks: [] };
    if (turn !== last) turns.push(turn);
    const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
    turn.blocks.push(
      ...blocks.flatMap((block, at) => (isRecord(block) ? [{ block, path: `${path}.content[${at}]` }] : [])),
    );
  });
  return turns;
}

/** Checks the order of the turns, and that the turn after calls has one result per call. Vendor tools need no result. */
export function checkConversation(body: unknown, report: Report): void {
  const turns = turnsOf(body);
  const [first] = turns;
  if (first !== undefined && first.role !== 'user') {
    report('first-role', first.path, 'A conversation must start with a user message.');
  }
  const knownIds = new Set<string>();
  turns.forEach((turn, index) => {
    if (turn.role === 'assistant' && turns[index - 1]?.role === 'assistant') {
      report('alternation', turn.path, 'roles must alternate between user and assistant');
    }
    const calls = callsOf(turn);
    for (const { id, path } of calls) {
      if (knownIds.has(id)) report('tool-id-duplicate', path, `"${id}" was used before`);
      knownIds.add(id);
    }
    checkAnswered(turn, calls, turns[index + 1], report);
    if (turn.role === 'user') checkResults(turn, turns[index - 1], report);
  });
}

interface Named {
  readonly id: string;
  readonly path: string;
}

const callsOf = (turn: Turn | undefined): readonly Named[] =>
  (turn?.blocks ?? []).flatMap(({ block: { toolUse }, path }) =>
    isRecord(toolUse) && toolUse['type'] !== 'server_tool_use' && isString(toolUse['toolUseId'])
      ? [{ id: toolUse['toolUseId'], path }]
      : [],
  );

const resultsOf = (turn: Turn | undefined): readonly Named[] =>
  (turn?.blocks ?? []).flatMap(({ block: { toolResult }, path }) =>
    isRecord(toolResult) && isString(toolResult['toolUseId']) ? [{ id: toolResult['toolUseId'], path }] : [],
  );

function checkAnswered(turn: Turn, calls: readonly Named[], next: Turn | undefined, report: Report): void {
  const answered = new Set(resultsOf(next).map(({ id }) => id));
  const missing = calls.filter(({ id }) => !answered.has(id));
  if (missing.length === 0) return;
  const ids = missing.map(({ id }) => id).join(', ');
  report('tool-call-unanswered', turn.path, `Expected toolResult blocks for the following Ids: ${ids}`);
}

function checkResults(turn: Turn, before: Turn | undefined, report: Report): void {
  const called = new Set(callsOf(before).map(({ id }) => id));
  const answered = new Set<string>();
  for (const { id, path } of resultsOf(turn)) {
    if (!called.has(id)) report('tool-result-unknown', path, `the previous turn has no toolUse "${id}"`);
    else if (answered.has(id)) report('tool-result-duplicate', path, `"${id}" is answered twice`);
    answered.add(id);
  }
}
