import type { JsonObject, Recovery } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { otherMembers, withoutKeptMembers } from '@majordomo/wire-kit';
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

/** Returns a recovery that removes the stored members, if the error names one of them and the request contains it. */
export function keptMembersRecovery(text: string, { input }: SentBody): Recovery | undefined {
  const words = text.split(/\W+/);
  const named = SENT_MEMBERS.filter((name) => words.includes(name));
  const isSent = asList(input).some((item) => named.some((name) => asRecord(item)[name] !== undefined));
  if (!isSent) return undefined;
  return {
    id: 'kept members',
    what: `${named.join(', ')} dropped from tool calls`,
    apply: withoutKeptMembers,
  };
}
