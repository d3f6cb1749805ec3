import { catalog } from '@majordomo/catalog';
import { createMajordomo, LlmError, type Attempt } from '@majordomo/core';
import { storedAttempt, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { createLedger } from '@majordomo/ledger';
import { memoryRecords } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import type { JobRecord } from '../record/record.ts';
import { settleLeg } from './job-ledger.ts';

const AT = Date.parse('2026-11-22T12:00:00Z');
const TARGET = { target: 'openai/gpt-5.4', vendor: 'openai', model: 'gpt-5.4', ms: 1 };

it('books the reservation of a failed leg whose output the vendor has not counted', async () => {
  const clock = fakeClock(AT);
  const ledger = createLedger({ clock });
  const usage = { ...UNKNOWN_USAGE, input: 12 };
  const error = new LlmError('server', 'failed');
  const attempt: Attempt = { ...TARGET, outcome: 'failed', error, usage };
  const record: JobRecord = {
    token: 't',
    key: 'k',
    spec: TARGET.target,
    request: {},
    options: {},
    createdAt: AT,
    state: 'failed',
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
  const setup = {
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
  await settleLeg(record, 1, setup);
  for await (const booked of ledger.records())
    expect(booked).toMatchObject({ nanoUsd: '5000', usage: { input: 12, output: undefined } });
  expect.assertions(1);
});
