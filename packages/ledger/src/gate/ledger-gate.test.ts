import type { Attempt, AttemptInfo, Permit } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createLedger } from '../create-ledger.ts';
import { memoryStore } from '../memory/memory-store.ts';

const attempt: AttemptInfo = {
  call: { id: 'c', spec: 'a/x', operation: 'chat', tenant: undefined, metadata: {} },
  target: 'a/x',
  attempt: 1,
  request: { messages: [], tools: [], output: undefined, extra: {} },
  capabilities: {},
  signal: new AbortController().signal,
};
const finished: Attempt = { target: 'a/x', outcome: 'finished', error: undefined, usage: undefined, ms: 5 };
const limits = [{ name: 'burst', max: { requests: 2 }, per: 'minute' }] as const;

it('books in memory admit and settle at once: a call waits for nothing', async () => {
  const ledger = createLedger({ limits });
  const permit = ledger.gate.admit(attempt);
  expect(permit).not.toBeInstanceOf(Promise);
  expect((permit as Permit).settle(finished)).toBeUndefined();
  expect(await ledger.state()).toMatchObject([{ used: 1n, held: 0n }]);
});

it('a store that answers later is waited for, at both ends', async () => {
  const memory = memoryStore();
  const store = {
    ...memory,
    append: async (...record: Parameters<typeof memory.append>) => memory.append(...record),
  };
  const reserve = async (...claims: Parameters<typeof memory.reserve>) => memory.reserve(...claims);
  const ledger = createLedger({ limits, store: { ...store, reserve } });
  const admitting = ledger.gate.admit(attempt);
  expect(admitting).toBeInstanceOf(Promise);
  const settling = ((await admitting) as Permit).settle(finished);
  expect(settling).toBeInstanceOf(Promise);
  await settling;
  expect(await ledger.state()).toMatchObject([{ used: 1n, held: 0n }]);
});

it('limits of requests alone read nothing of the request, however long it is', () => {
  const unread = {
    get messages(): never {
      throw new Error('it was read');
    },
  };
  const ask = (max: object): unknown => {
    const ledger = createLedger({ limits: [{ name: 'all', max, per: 'ever' } as never] });
    return ledger.gate.admit({ ...attempt, request: unread as never });
  };
  expect(ask({ requests: 1 })).toHaveProperty('settle');
  expect(() => ask({ tokens: 1 })).toThrow('it was read');
});

it('a booking that throws at once is tried again', async () => {
  const memory = memoryStore();
  let failures = 1;
  const append: typeof memory.append = (record) => {
    if (failures-- > 0) throw new Error('the disk is full');
    return memory.append(record);
  };
  const ledger = createLedger({ limits, store: { ...memory, append } });
  await (ledger.gate.admit(attempt) as Permit).settle(finished);
  await ledger.flush();
  const records = [];
  for await (const record of ledger.records()) records.push(record);
  expect(records).toHaveLength(1);
});
