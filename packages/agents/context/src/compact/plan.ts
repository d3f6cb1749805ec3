import type { Message } from '@majordomo/core';
import { groupsOf, type Group } from '../transcript/groups.ts';
import type { Bounds } from './bounds.ts';
import { isAcknowledgment, summaryOf } from './summary-message.ts';

/** Range of messages to summarize: from index `from` up to, but not including, `to`. */
export interface Plan {
  readonly from: number;
  readonly to: number;
  /** Messages in the range that no summary covers yet. */
  readonly fresh: readonly Message[];
  /** Text of the existing summaries in the range, which the new summary includes. */
  readonly previous: string | undefined;
  /** Messages in the range that follow the summary unchanged: the last user message, and the preceding answer if it is short. */
  readonly pinned: readonly Message[];
}

/** Protected parts of the transcript: numbers of messages at the beginning and at the end, and tokens at the end (`tail`). */
export interface ProtectedSizes {
  readonly first: number;
  readonly last: number;
  readonly tail: Bounds['tail'];
}

export type WeighMessage = (message: Message) => number;

/** Returns the plan, or `undefined` if a summary would replace no message. */
export function planOf(
  messages: readonly Message[],
  protects: ProtectedSizes,
  weigh: WeighMessage,
): Plan | undefined {
  const groups = groupsOf(messages);
  const from = headEnd(messages, groups, protects.first);
  const to = tailStart(messages, groups, protects, weigh);
  if (to <= from) return undefined;
  const middle = messages.slice(from, to);
  const pinned = pinnedOf(messages, protects.tail, weigh).filter((message) => middle.includes(message));
  const summaries = middle.map(summaryOf).filter((summary) => summary !== undefined);
  const fresh = middle.filter((message) => summaryOf(message) === undefined && !isAcknowledgment(message));
  // Pinned messages and instructions remain in the transcript next to the summary.
  const isAnyReplaced = fresh.some((message) => !pinned.includes(message) && message.role !== 'system');
  if (!isAnyReplaced) return undefined;
  return { from, to, fresh, previous: summaries.length === 0 ? undefined : summaries.join('\n\n'), pinned };
}

/** Maximum size of an answer that is pinned with the last user message, as a share of `tail`. */
const MAX_ANSWER_SHARE = 0.5;

function pinnedOf(messages: readonly Message[], tail: number, weigh: WeighMessage): readonly Message[] {
  const question = lastUserMessage(messages);
  if (question === undefined) return [];
  const answer = messages.slice(0, messages.lastIndexOf(question)).findLast(isAnswer);
  return answer !== undefined && weigh(answer) <= tail * MAX_ANSWER_SHARE ? [answer, question] : [question];
}

const isAnswer = (message: Message): boolean =>
  message.role === 'assistant' &&
  !isAcknowledgment(message) &&
  message.parts.some((part) => part.type === 'text' && part.text.trim() !== '') &&
  !message.parts.some((part) => part.type === 'tool-call' || part.type === 'vendor-call');

/** Returns the last user message that is not a summary. */
export const lastUserMessage = (messages: readonly Message[]): Message | undefined =>
  messages.findLast((message) => message.role === 'user' && summaryOf(message) === undefined);

/** Returns a plan that covers only the first `count` fresh messages. */
export function shortenPlan(plan: Plan, messages: readonly Message[], count: number): Plan {
  const next = plan.fresh[count];
  if (next === undefined) return plan;
  const to = messages.indexOf(next, plan.from);
  const fresh = plan.fresh.slice(0, count);
  return {
    ...plan,
    to,
    fresh,
    pinned: plan.pinned.filter((message) => fresh.includes(message)),
  };
}

/** Returns the index after the instructions and the first `first` messages that follow them. Stops at the first summary. */
function headEnd(messages: readonly Message[], groups: readonly Group[], first: number): number {
  let left = first;
  let end = 0;
  for (const group of groups) {
    const message = messages[group.start];
    if (summaryOf(message) !== undefined) break;
    const isInstruction = message?.role === 'system';
    if (!isInstruction && left <= 0) break;
    if (!isInstruction) left -= group.end - group.start;
    end = group.end;
  }
  return end;
}

/** Size up to which the protected end may exceed `tail`, so that calls and their results stay together, as a multiple of `tail`. */
const MAX_OVERRUN = 1.5;

// Bounds of `last`, the number of messages at the end that are protected regardless of their size.
const MIN_LAST = 3;
const MAX_LAST = 8;

/** Returns the index at which the protected end begins. It contains complete groups and no summary. */
function tailStart(
  messages: readonly Message[],
  groups: readonly Group[],
  { last, tail }: ProtectedSizes,
  weigh: WeighMessage,
): number {
  const least = Math.max(MIN_LAST, Math.min(last, MAX_LAST));
  let tokens = 0;
  let start = messages.length;
  for (const group of groups.toReversed()) {
    const members = messages.slice(group.start, group.end);
    if (members.some((message) => summaryOf(message) !== undefined)) break;
    for (const message of members) tokens += weigh(message);
    const isRequired = messages.length - start < least;
    if (!isRequired && tokens > tail * MAX_OVERRUN) break;
    start = group.start;
    if (!isRequired && tokens > tail) break;
  }
  return start;
}
