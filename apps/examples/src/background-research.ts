import { createBackground, type RecordStore } from '@majordomo/background';
import { LlmError, user, type Clock, type Majordomo } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';

/** Dependencies of the research. All processes open the same store, such as `sqliteStores('state.db').records`. */
export interface Research {
  readonly majordomo: Majordomo;
  readonly records: RecordStore;
  readonly ledger: Ledger;
  readonly clock?: Clock;
}

/** Chain of the research. Both vendors work without a connection. The second one begins if the first one fails. */
const SPEC = 'openai/o4-mini-deep-research,xai/grok-4';
/** Maximum time of one vendor, in milliseconds. */
const COMPLETE_MS = 3 * 3_600_000;

/**
 * Starts the research on a topic, and returns its key when a vendor has accepted it. The process may then end. A repeated call with the
 * same day and topic returns the key of the same research, and starts nothing.
 */
export async function startResearch(research: Research, day: string, topic: string): Promise<string> {
  const key = `research/${day}/${topic}`;
  const model = createBackground(research).model(SPEC);
  const request = {
    system: 'Write a report of at most two pages.',
    messages: [user(topic)],
    maxTokens: 20_000,
  };
  await model.start(request, { key, timeouts: { completeMs: COMPLETE_MS } });
  return key;
}

/** Returns the report, `undefined` while it is written, or the reason for which there is none. */
export async function readResearch(research: Research, key: string): Promise<string | undefined> {
  const job = await createBackground(research).open(key);
  const { state } = await job.status();
  if (state === 'queued' || state === 'running') return undefined;
  return job.result().then(
    ({ text }) => text,
    (error: unknown) => (LlmError.is(error) ? `no report: ${error.message}` : Promise.reject(error)),
  );
}

/** Cron task, every minute: starts the second vendor if the first one has failed, and books the costs. */
export const advanceResearch = (research: Research): Promise<unknown> => createBackground(research).poll();
