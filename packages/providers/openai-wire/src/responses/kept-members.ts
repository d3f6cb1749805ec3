import type { AssistantPart, JsonObject, Recovery } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { otherMembers, withAssistantParts } from '@majordomo/wire-kit/internal';
import type { SentBody } from '../failure/rejected-member.ts';
import type { OutputItem } from './wire.ts';

/** Members of each type of item that are read, or that are sent back under another rule, such as `caller`. */
export const READ_MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  message: new Set(['type', 'id', 'role', 'status', 'content', 'phase']),
  reasoning: new Set([
    'type',
    'id',
    'status',
    'summary',
    'content',
    'encrypted_content',
    'format',
    'signature',
  ]),
  function_call: new Set(['type', 'id', 'status', 'call_id', 'name', 'arguments', 'namespace', 'caller']),
  custom_tool_call: new Set(['type', 'id', 'status', 'call_id', 'name', 'input', 'namespace', 'caller']),
};

/** Further members of a tool call that a request accepts (`ResponseFunctionToolCall`, `ResponseCustomToolCall` of openai 7.55). */
export const SENT_MEMBERS: readonly string[] = ['async'];

/** Returns the members of an item for which the contract has no property, as `members` of replay data. */
export function keptMembers(item: OutputItem): { readonly members?: JsonObject } {
  const known = READ_MEMBERS[String(item.type)];
  const members = known && otherMembers(item, known);
  return members === undefined ? {} : { members };
}

/** Members of sent items, each with the member of replay data without which it is not sent. `status` is sent only with an `id`. */
const FROM_REPLAY: Readonly<Record<string, string>> = {
  id: 'id',
  status: 'id',
  phase: 'phase',
  namespace: 'namespace',
  ...Object.fromEntries(SENT_MEMBERS.map((name) => [name, name])),
};

/** Returns a recovery that removes members of replay data, if the error names them and the request contains them. */
export function keptMembersRecovery(text: string, { input }: SentBody): Recovery | undefined {
  const words = text.split(/\W+/);
  const atPaths = [...text.matchAll(ITEM_PATH)].map(([, , name]) => name);
  // Names such as `id` and `status` also occur in other errors, so they count only in a path.
  const isNamed = (name: string): boolean =>
    atPaths.includes(name) || (SENT_MEMBERS.includes(name) && words.includes(name));
  const named = Object.keys(FROM_REPLAY).filter(
    (name) => isNamed(name) && asList(input).some((item) => asRecord(item)[name] !== undefined),
  );
  if (named.length === 0) return undefined;
  const removed = named.flatMap((name) => FROM_REPLAY[name] ?? []);
  return {
    id: `kept members ${named.join(' ')}`,
    what: `${named.join(', ')} dropped from earlier items`,
    apply: (request) => withAssistantParts(request, (part) => withoutMembers(part, removed)),
  };
}

/** Path of an item in an error message, and of its member, such as `input[1].phase`. */
const ITEM_PATH = /\binput(?:\[|\.)(\d+)\]?(?:\.(\w+))?/g;

/** Returns the items that an error names by their places. */
export const itemsNamed = (text: string, { input }: SentBody): readonly unknown[] =>
  [...text.matchAll(ITEM_PATH)].map(([, at]) => asList(input)[Number(at)]);

function withoutMembers(part: AssistantPart, names: readonly string[]): AssistantPart {
  const { replay } = part;
  // The data of these parts is the item itself.
  if (part.type === 'vendor' || part.type === 'vendor-call' || !isRecord(replay?.data)) return part;
  const { members, ...data } = replay.data;
  const others = isRecord(members) ? { members: without(members, names) } : {};
  return { ...part, replay: { ...replay, data: { ...without(data, names), ...others } } };
}

const without = (members: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
