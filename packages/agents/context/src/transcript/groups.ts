import type { CallPart, Message } from '@majordomo/core';

/** Range of a turn and the results of its tool calls: from index `start` up to, but not including, `end`. */
export interface Group {
  readonly start: number;
  readonly end: number;
}

/** Splits a transcript into groups of messages that must stay together. */
export function groupsOf(messages: readonly Message[]): readonly Group[] {
  const groups: Group[] = [];
  for (const [at, { role }] of messages.entries()) {
    const last = groups.at(-1);
    if (role === 'tool' && last !== undefined) groups[groups.length - 1] = { ...last, end: at + 1 };
    else groups.push({ start: at, end: at + 1 });
  }
  return groups;
}

export const callsOf = ({ parts }: Message): readonly CallPart[] =>
  parts.flatMap((part) => (part.type === 'tool-call' || part.type === 'vendor-call' ? [part] : []));
