import { createBatches, type BatchEvent, type BatchItem } from '@majordomo/batch';
import { user, type Majordomo } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import type { SqliteStores } from '@majordomo/store-sqlite';

/** Ticket to label. */
export interface Ticket {
  readonly id: string;
  readonly text: string;
}

const label = {
  type: 'object',
  properties: { topic: { enum: ['billing', 'bug', 'praise', 'other'] }, urgent: { type: 'boolean' } },
  required: ['topic', 'urgent'],
  additionalProperties: false,
} as const;

/** Dependencies of the task. The stores and the ledger are in one SQLite file, which the next run of the task opens again. */
export interface LabelTask {
  readonly majordomo: Majordomo;
  readonly stores: Pick<SqliteStores, 'records'>;
  readonly ledger: Ledger;
  readonly onEvent?: (event: BatchEvent) => void;
}

/**
 * Cron task: sends the tickets of a day by batch. Returns a line per ticket, or `undefined` while the batch runs. Every run makes
 * the same call. The key identifies the job, so only the first run reads the tickets.
 */
export async function labelTickets(
  { majordomo, stores, ledger, onEvent }: LabelTask,
  day: string,
  tickets: AsyncIterable<Ticket>,
): Promise<readonly string[] | undefined> {
  const batches = createBatches({ majordomo, records: stores.records, ledger, onEvent });
  const job = await batches.submit({
    key: `labels-${day}`,
    spec: 'openai/gpt-4.1,anthropic/claude-haiku-4-5',
    items: itemsOf(tickets),
    output: label,
    live: { when: 'failed' },
  });
  if ((await job.poll()).state !== 'done') return undefined;
  const lines: string[] = [];
  for await (const { id, target, value, error } of job.results())
    lines.push(`${id} ${error === undefined ? JSON.stringify(value) : error.kind} ${target}`);
  await job.remove();
  return lines;
}

async function* itemsOf(tickets: AsyncIterable<Ticket>): AsyncGenerator<BatchItem> {
  for await (const { id, text } of tickets)
    yield { id, request: { system: 'Label the ticket.', messages: [user(text)], maxTokens: 60 } };
}
