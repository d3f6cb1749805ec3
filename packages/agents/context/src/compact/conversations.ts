import type { Message } from '@majordomo/core';
import { beginsWith } from '../transcript/equality.ts';

/** Summary state of a conversation. */
export interface ConversationRecord {
  /** First messages of the caller's transcript. The replacement is sent instead of them. */
  readonly prefix: readonly Message[];
  /** Messages to send instead of the prefix. */
  readonly replacement: readonly Message[];
  /** Index of the first summarized message. */
  readonly from: number;
  readonly compactions: number;
  /** Number of consecutive summaries that saved less than a tenth of the tokens. */
  ineffective: number;
  /** Time before which the summarizer is not called for this conversation, in epoch milliseconds. */
  restsUntil: number;
}

/** Returns a new record for a conversation without a summary. */
export function newRecord(messages: readonly Message[]): ConversationRecord {
  const prefix = [...messages];
  return { prefix, replacement: prefix, from: 0, compactions: 0, ineffective: 0, restsUntil: -Infinity };
}

const MAX_CONVERSATIONS = 64;

/** Bounded store of conversations. If the store is full, the least recently used conversations are removed. */
export class Conversations {
  private records: readonly ConversationRecord[] = [];

  /** Returns the matching record with the longest prefix. If several have this length, returns the most recently used. */
  find(messages: readonly Message[]): ConversationRecord | undefined {
    const [best] = this.records
      .toReversed()
      .filter(({ prefix, replacement }) => beginsWith(messages, prefix) || isSent(messages, replacement))
      .toSorted((a, b) => b.prefix.length - a.prefix.length);
    if (best !== undefined) this.store(best);
    return best;
  }

  store(known: ConversationRecord): void {
    this.records = [...this.records.filter((other) => other !== known), known].slice(-MAX_CONVERSATIONS);
  }

  clear(): void {
    this.records = [];
  }
}

/** Whether the messages begin with the replacement of an earlier compaction. */
const isSent = (messages: readonly Message[], replacement: readonly Message[]): boolean =>
  replacement.length > 0 && beginsWith(messages, replacement);

/** Returns the messages to send. Messages that already begin with the replacement do not change. */
export function viewOf(
  messages: readonly Message[],
  known: ConversationRecord | undefined,
): readonly Message[] {
  if (known === undefined || isSent(messages, known.replacement)) return messages;
  return [...known.replacement, ...messages.slice(known.prefix.length)];
}
