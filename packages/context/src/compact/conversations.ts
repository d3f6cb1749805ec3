import type { Message } from '@majordomo/core';
import { beginsWith } from '../transcript/equality.ts';

/** Summary state of a conversation. */
export interface ConversationRecord {
  /** The messages as they came. */
  readonly prefix: readonly Message[];
  /** Messages to send instead of the prefix. */
  readonly replacement: readonly Message[];
  /** Where the summary begins, in the messages as they came. */
  readonly from: number;
  readonly compactions: number;
  /** Looks one after the other that saved less than a tenth. */
  ineffective: number;
  /** Epoch milliseconds before which the summarizer is not called for this conversation. */
  restsUntil: number;
}

/** A conversation of which nothing was summarized. */
export function newRecord(messages: readonly Message[]): ConversationRecord {
  const prefix = [...messages];
  return { prefix, replacement: prefix, from: 0, compactions: 0, ineffective: 0, restsUntil: -Infinity };
}

const MAX_CONVERSATIONS = 64;

/** Bounded store of conversations; the least recently used are removed. */
export class Conversations {
  private records: readonly ConversationRecord[] = [];

  /** Returns the matching record with the longest prefix. */
  find(messages: readonly Message[]): ConversationRecord | undefined {
    const fitting = this.records.filter(
      ({ prefix, replacement }) => beginsWith(messages, prefix) || isSent(messages, replacement),
    );
    const best = fitting.toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
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

/** Apps that continue with what came out give that back. */
const isSent = (messages: readonly Message[], stands: readonly Message[]): boolean =>
  stands.length > 0 && beginsWith(messages, stands);

/** Returns the messages to send. Messages that have the replacement already are unchanged. */
export function viewOf(
  messages: readonly Message[],
  known: ConversationRecord | undefined,
): readonly Message[] {
  if (known === undefined || isSent(messages, known.replacement)) return messages;
  return [...known.replacement, ...messages.slice(known.prefix.length)];
}
