import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBatchServer } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { sqliteStores } from '@majordomo/store-sqlite';
import { testFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { labelTickets, type Ticket } from '../src/batch-labels.ts';

async function* tickets(): AsyncGenerator<Ticket> {
  yield { id: 'T1', text: 'I was charged twice.' };
  yield { id: 'T2', text: 'The page is empty.' };
}

it('batch-labels: labels tickets in several runs, and moves a failed one to the next vendor', async () => {
  const folder = testFolder();
  await using server = await startBatchServer({
    looks: 1,
    answer({ vendor, text }) {
      if (vendor === 'openai' && text.includes('page')) return { result: 'expired' };
      return JSON.stringify({ topic: text.includes('page') ? 'bug' : 'billing', urgent: true });
    },
  });
  const apiKey = 'sk-test';
  /** Runs the task once, as cron does: with new connections to the same file. */
  const runTask = async (): Promise<readonly string[] | undefined> => {
    await using stores = sqliteStores(join(folder, 'state.db'));
    const limits = [{ name: 'labels', max: { usd: '25.00' }, per: 'day' }] as const;
    const ledger = createLedger({ store: stores.ledger, limits, storeTimeoutMs: 30_000 });
    const majordomo = createMajordomo({
      providers: [
        createOpenAI({ apiKey, baseURL: server.baseURL }),
        createAnthropic({ apiKey, baseURL: server.url }),
      ],
      gates: [ledger.gate],
    });
    return await labelTickets({ majordomo, stores, ledger }, '2026-11-22', tickets());
  };
  let lines: readonly string[] | undefined;
  let runs = 0;
  for (; lines === undefined && runs < 10; runs++) lines = await runTask();
  expect(runs).toBeGreaterThan(2);
  expect(lines).toEqual([
    'T1 {"topic":"billing","urgent":true} openai/gpt-4.1',
    'T2 {"topic":"bug","urgent":true} anthropic/claude-haiku-4-5',
  ]);
  expect(server.batches.map(({ vendor, items }) => [vendor, items.length])).toEqual([
    ['anthropic', 1],
    ['openai', 2],
  ]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.jsonl'))).toEqual([]);
});
