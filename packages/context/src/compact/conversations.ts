import type { Message } from '@majordomo/core';
import { beginsWith } from '../transcript/equality.ts';

/** What is known of a conversation: what stands for its beginning. */
export interface Known {
  /** The messages as they came. */
  readonly prefix: readonly Message[];
  /** What is sent for them. */
  readonly stands: readonly Message[];
  /** Where the summary begins, in the messages as they came. */
  readonly from: number;
  readonly compactions: number;
  /** Looks one after the other that saved less than a tenth. */
  ineffective: number;
  /** Epoch ms; before it the summarizer is not asked about this conversation again. */
  restsUntil: number;
}

/** A conversation of which nothing was summarized. */
export function unknown(messages: readonly Message[]): Known {
  const prefix = [...messages];
  return { prefix, stands: prefix, from: 0, compactions: 0, ineffective: 0, restsUntil: -Infinity };
}

const MOST = 64;

/** Summaries by the messages that they stand for; those that were not asked for longest are forgotten. */
export class Conversations {
  /** The latest last. */
  private all: readonly Known[] = [];

  /** Of those that fit, the one that stands for most. */
  find(messages: readonly Message[]): Known | undefined {
    const fitting = this.all.filter(
      ({ prefix, stands }) => beginsWith(messages, prefix) || isSent(messages, stands),
    );
    const best = fitting.toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
    if (best !== undefined) this.keep(best);
    return best;
  }

  keep(known: Known): void {
    this.all = [...this.all.filter((other) => other !== known), known].slice(-MOST);
  }

  clear(): void {
    this.all = [];
  }
}

/** Apps that continue with what came out give that back. */
const isSent = (messages: readonly Message[], stands: readonly Message[]): boolean =>
  stands.length > 0 && beginsWith(messages, stands);

/** What is sent for a conversation; that itself, given again, stays. */
export function viewOf(messages: readonly Message[], known: Known | undefined): readonly Message[] {
  if (known === undefined || isSent(messages, known.stands)) return messages;
  return [...known.stands, ...messages.slice(known.prefix.length)];
}
