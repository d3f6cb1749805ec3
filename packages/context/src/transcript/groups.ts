import type { Message, ToolCallPart } from '@majordomo/core';

/** A turn with the results that belong to it: messages from `start` up to, not including, `end`. */
export interface Group {
  readonly start: number;
  readonly end: number;
}

/** A transcript in groups that are never split, in order. */
export function groupsOf(messages: readonly Message[]): readonly Group[] {
  const groups: Group[] = [];
  for (const [at, { role }] of messages.entries()) {
    const last = groups.at(-1);
    if (role === 'tool' && last !== undefined) groups[groups.length - 1] = { ...last, end: at + 1 };
    else groups.push({ start: at, end: at + 1 });
  }
  return groups;
}

export const callsOf = ({ parts }: Message): readonly ToolCallPart[] =>
  parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
