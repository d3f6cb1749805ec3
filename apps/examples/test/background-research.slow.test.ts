import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startJobServer, type JobPlan } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createOpenAI, openaiCompatible, xai } from '@majordomo/provider-openai';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { advanceResearch, readResearch } from '../src/background-research.ts';

const PROGRAM = new URL('research-process.ts', import.meta.url).pathname;
const DAY_MS = 86_400_000;

/** Starts the research in a process that ends, and opens it in this process, whose clock is a day later. */
async function nextDay(plan: (number: number) => JobPlan) {
  const folder = testFolder();
  const file = join(folder, 'state.db');
  const clock = fakeClock(Date.now());
  const server = await startJobServer({ clock, plan: (_, number) => plan(number) });
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, file, server.baseURL];
  const { stdout: key } = await promisify(execFile)(process.execPath, args);
  server.jobs[0]?.release();
  await clock.advance(DAY_MS);
  const stores = sqliteStores(file, { clock });
  const ledger = createLedger({ store: stores.ledger, storeTimeoutMs: 30_000, clock });
  const baseURL = server.baseURL;
  const providers = [
    createOpenAI({ apiKey: 'sk-test', baseURL }),
    openaiCompatible(xai, { apiKey: 'xai-test', baseURL }),
  ];
  onTestFinished(async () => {
    await ledger.flush();
    await Promise.all([stores.close(), server.close()]);
  });
  const majordomo = createMajordomo({ providers, clock });
  return { research: { majordomo, records: stores.records, ledger, clock }, key, server, clock, ledger };
}

it('background-research: another process reads the report the next day', { timeout: 60_000 }, async () => {
  const { research, key, server, ledger } = await nextDay(() => ({
    answer: 'A report about bees.',
    holdAt: 3,
  }));
  expect(key).toBe('research/2026-11-26/bees');
  expect(await readResearch(research, key)).toBe('A report about bees.');
  expect(await readResearch(research, key)).toBe('A report about bees.');
  await advanceResearch(research);
  // The first process may have begun to read the stream before its end.
  const steps = server.requests.map(({ step }) => step).filter((step) => step !== 'stream');
  expect(steps).toEqual(['start', 'look', 'remove']);
  const records = [];
  for await (const { outcome, target } of ledger.records()) records.push([target, outcome]);
  expect(records).toEqual([['openai/o4-mini-deep-research', 'finished']]);
});

it('background-research: the cron task starts the second vendor', { timeout: 60_000 }, async () => {
  const fails = { code: 'server_error', message: 'sorry' };
  const { research, key, server, clock } = await nextDay((number) =>
    number === 0 ? { holdAt: 3, fails } : { answer: 'The second report.', looks: 1 },
  );
  await advanceResearch(research);
  expect(await readResearch(research, key)).toBeUndefined();
  for (let minute = 0; minute < 3; minute++) {
    await clock.advance(60_000);
    await advanceResearch(research);
  }
  expect(await readResearch(research, key)).toBe('The second report.');
  expect(server.jobs).toHaveLength(2);
});
