import { isRecord } from '@majordomo/core/toolkit';
import { isString, type Report } from '../shape.ts';

type Block = Readonly<Record<string, unknown>>;

/** Consecutive messages of one role, which are one turn for the API. */
export interface Turn {
  readonly path: string;
  readonly role: unknown;
  /** Blocks of the turn's messages, with their paths. */
  readonly blocks: readonly { readonly block: Block; readonly path: string }[];
}

/** Returns the turns of the messages. A string becomes one text block. */
export function turnsOf(body: unknown): readonly Turn[] {
  const messages = isRecord(body) && Array.isArray(body['messages']) ? body['messages'] : [];
  const turns: { path: string; role: unknown; blocks: { block: Block; path: string }[] }[] = [];
  messages.forEach((message: unknown, index) => {
    if (!isRecord(message) || message['role'] === 'system') return;
    const path = `messages[${index}]`;
    const last = turns.at(-1);
    const turn =
      last?.role === message['role'] && last !== undefined
        ? last
        : { path, role: message['role'], blocks: [] };
    if (turn !== last) turns.push(turn);
    turn.blocks.push(...blocksOf(message['content'], `${path}.content`));
  });
  return turns;
}

function blocksOf(content: unknown, path: string): { block: Block; path: string }[] {
  if (isString(content)) return [{ block: { type: 'text', text: content }, path }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown, index) =>
    isRecord(block) ? [{ block, path: `${path}[${index}]` }] : [],
  );
}

/** Checks that the user has the first turn, that call ids are unique, and that each user turn begins with the call results. */
export function checkConversation(body: unknown, report: Report): void {
  const turns = turnsOf(body);
  const first = turns[0];
  if (first !== undefined && first.role !== 'user') {
    report('first-role', first.path, 'the first message must use the user role');
  }
  const knownIds = new Set<string>();
  turns.forEach((turn, index) => {
    const calls = idsOf(turn, 'tool_use', 'id');
    for (const { id, path } of calls) {
      if (knownIds.has(id)) report('tool-id-duplicate', path, `"${id}" was used before; ids must be unique`);
      knownIds.add(id);
    }
    checkAnswered(turn, calls, turns[index + 1], report);
    checkResults(turn, turns[index - 1], report);
  });
}

const idsOf = (turn: Turn | undefined, type: string, key: string): { id: string; path: string }[] =>
  (turn?.blocks ?? []).flatMap(({ block, path }) => {
    const id = block[key];
    return block['type'] === type && isString(id) ? [{ id, path }] : [];
  });

function checkAnswered(
  turn: Turn,
  calls: readonly { readonly id: string }[],
  next: Turn | undefined,
  report: Report,
): void {
  const answered = new Set(idsOf(next, 'tool_result', 'tool_use_id').map(({ id }) => id));
  const missing = calls.filter(({ id }) => !answered.has(id)).map(({ id }) => id);
  if (missing.length > 0) {
    report('tool-call-unanswered', turn.path, `no tool_result directly after it for ${missing.join(', ')}`);
  }
}

function checkResults(turn: Turn, before: Turn | undefined, report: Report): void {
  const called = new Set(idsOf(before, 'tool_use', 'id').map(({ id }) => id));
  const answered = new Set<string>();
  for (const { id, path } of idsOf(turn, 'tool_result', 'tool_use_id')) {
    if (!called.has(id)) report('tool-result-unknown', path, `the previous message has no tool_use "${id}"`);
    else if (answered.has(id)) report('tool-result-duplicate', path, `"${id}" is answered twice`);
    answered.add(id);
  }
  const types = turn.blocks.map(({ block }) => block['type']);
  const firstOther = types.findIndex((type) => type !== 'tool_result');
  if (firstOther !== -1 && types.lastIndexOf('tool_result') > firstOther) {
    report(
      'tool-result-misplaced',
      turn.path,
      'tool_result blocks must come before everything else of their turn',
    );
  }
}
