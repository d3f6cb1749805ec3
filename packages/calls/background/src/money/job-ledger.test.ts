import { catalog } from '@majordomo/catalog';
import { createMajordomo, LlmError, type Attempt } from '@majordomo/core';
import { storedAttempt, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { createLedger } from '@majordomo/ledger';
import { memoryRecords } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import type { JobRecord } from '../record/record.ts';
import type { Setup } from '../setup.ts';
import { settleLeg } from './job-ledger.ts';
import { costOf } from './money.ts';

const AT = Date.parse('2026-11-22T12:00:00Z');
const TARGET = { target: 'openai/gpt-5.4', vendor: 'openai', model: 'gpt-5.4', ms: 1 };

const clock = fakeClock(AT);
const ledger = createLedger({ clock });
const SETUP: Setup = {
  majordomo: createMajordomo({ providers: [] }),
  records: memoryRecords(),
  keepMs: 1,
  ledger,
  isLive: true,
  catalog,
  clock,
  emit: () => undefined,
  drivers: new Map(),
};
const RECORD: JobRecord = {
  token: 't',
  key: 'k',
  spec: TARGET.target,
  request: {},
  options: {},
  createdAt: AT,
  state: 'failed',
  legs: [],
};

it('books the reservation of a failed leg whose output the vendor has not counted', async () => {
  const usage = { ...UNKNOWN_USAGE, input: 12 };
  const error = new LlmError('server', 'failed');
  const attempt: Attempt = { ...TARGET, outcome: 'failed', error, usage };
  const record: JobRecord = {
    ...RECORD,
    legs: [
      {
        state: 'ended',
        startedAt: AT,
        target: TARGET.target,
        attempts: [storedAttempt(attempt)],
        nanoUsd: null,
        job: {
          token: 't',
          about: { vendor: 'openai', model: 'gpt-5.4', billing: undefined, name: undefined },
          most: { requests: 1, input: 20, output: 100, nanoUsd: '5000' },
          expiresAt: AT,
          lookAt: AT,
          lookMs: 1,
          left: ['settle'],
        },
      },
    ],
  };
  await settleLeg(record, 1, SETUP);
  for await (const booked of ledger.records())
    expect(booked).toMatchObject({ nanoUsd: '5000', usage: { input: 12, output: undefined } });
  expect.assertions(1);
});

it.each<[string, Attempt['outcome'], LlmError, string | null]>([
  [
    'that the vendor rejected costs only the others',
    'failed',
    new LlmError('rate-limit', '', { status: 429 }),
    '2500',
  ],
  ['whose response was lost has an unknown cost', 'failed', new LlmError('network', 'reset'), null],
  ['that was not sent costs only the others', 'skipped', new LlmError('config', ''), '2500'],
])('a live call with an attempt %s', async (_, outcome, error, cost) => {
  const lost: Attempt = { ...TARGET, outcome, error, usage: undefined };
  const usage = { ...UNKNOWN_USAGE, input: 1, output: 0 };
  const finished: Attempt = { ...TARGET, outcome: 'finished', error: undefined, usage };
  expect(await costOf([lost, finished], RECORD, SETUP)).toBe(cost);
});
