import { catalog } from '@majordomo/catalog';
import { LlmError, type Gate } from '@majordomo/core';
import { memoryStore, type SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { ANSWER_NANO, jobsWorld, REQUEST, stepsOf } from './jobs-world.ts';
import { dueKeys, failure } from './world.ts';

const SPEC = 'openai/gpt-5.4';
const CHAIN = 'openai/gpt-5.4,other/gpt-5.4-mini';

/** Gate that refuses targets that store content, as `residency` does. */
const NO_RETENTION: Gate = {
  name: 'residency',
  batches: true,
  admit: ({ data }) =>
    data?.retentionDays === 30 ? { deny: 'stores content for 30 days', advance: true } : undefined,
};

const sumOf = (records: readonly SpendRecord[]): bigint =>
  records.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n);

it('books the cost of each leg once, with its outcome', async () => {
  const fails = { code: 'server_error', message: 'sorry' };
  await using all = await jobsWorld({ server: { plan: () => ({ fails }) }, other: { plan: () => 'other' } });
  const job = await all
    .process()
    .model(CHAIN)
    .start(REQUEST, { tenant: 't', metadata: { team: 'x' } });
  await all.settle(job.result());
  const records = await all.records();
  expect(records).toMatchObject([
    { target: SPEC, outcome: 'failed', nanoUsd: String(ANSWER_NANO), tenant: 't' },
    { target: 'other/gpt-5.4-mini', outcome: 'finished', nanoUsd: String(ANSWER_NANO), tenant: 't' },
  ]);
  expect((await job.status()).nanoUsd).toBe(2n * ANSWER_NANO);
  const [state] = await all.ledger.state('all');
  expect(state).toMatchObject({ used: sumOf(records), held: 0n });
});

it('books the reservation of a start whose response was lost, and starts once more', async () => {
  const faults = ['drop'] as const;
  let starts = 0;
  await using all = await jobsWorld({
    server: {
      plan: () => 'an answer',
      after: ({ step }) => (step === 'start' ? faults[starts++] : undefined),
    },
  });
  const answer = await all.settle(all.process().model(SPEC).generate(REQUEST));
  expect(answer.attempts).toMatchObject([
    { outcome: 'abandoned', error: { kind: 'network' } },
    { outcome: 'finished' },
  ]);
  const [lost, finished] = await all.records();
  expect(lost).toMatchObject({ outcome: 'abandoned' });
  // The reservation contains the maximum output of 100 tokens.
  expect(BigInt(lost?.nanoUsd ?? 0)).toBeGreaterThan(200_000n);
  expect(finished).toMatchObject({ outcome: 'finished', nanoUsd: String(ANSWER_NANO) });
});

it('books the reservation of an answer without usage', async () => {
  const answer = { parts: [{ type: 'text', text: 'an answer' }], usage: false } as const;
  await using all = await jobsWorld({ server: { plan: () => ({ answer }) } });
  await all.settle(all.process().model(SPEC).generate(REQUEST));
  const records = await all.records();
  expect(records).toMatchObject([{ outcome: 'finished', basis: 'estimate', usage: undefined }]);
  // The reservation contains the maximum output of 100 tokens.
  expect(sumOf(records)).toBeGreaterThan(200_000n);
  const [state] = await all.ledger.state('all');
  expect(state).toMatchObject({ used: sumOf(records), held: 0n });
});

it('books the reservation of an answer whose cost is unknown', async () => {
  await using all = await jobsWorld({ server: { plan: () => 'an answer' } });
  // The price was removed after the start, or the vendor has used a tier without a price.
  const unpriced = catalog.with([{ vendor: 'openai', id: 'gpt-5.4', prices: [] }]);
  const job = await all.process({ catalog: unpriced }).model(SPEC).start(REQUEST);
  await all.settle(job.result());
  const records = await all.records();
  expect(records).toMatchObject([{ outcome: 'finished' }]);
  expect(sumOf(records)).toBeGreaterThan(200_000n);
  const [state] = await all.ledger.state('all');
  expect(state).toMatchObject({ used: sumOf(records), held: 0n });
});

it.each([
  ['before the start', 'start', 'before', 1, 0],
  ['after the start, before its reference is stored', 'start', 'after', 2, 1],
  ['during the stream', 'stream', 'before', 1, 0],
  ['before the deletion', 'remove', 'before', 1, 0],
] as const)('ends a job whose process was killed %s', async (_, step, when, starts, abandoned) => {
  const life = { isKilled: false };
  const kill = (request: { readonly step: string }): undefined | 'drop' => {
    if (request.step !== step || life.isKilled) return undefined;
    life.isKilled = true;
    return 'drop';
  };
  await using all = await jobsWorld({ server: { plan: () => 'an answer', [when]: kill } });
  const started = failure(all.process({}, life).model(SPEC).start(REQUEST, { key: 'k' }));
  while (!life.isKilled) await all.idle();
  await all.clock.advance(31_000);
  const other = all.process();
  const job = await other.open('k');
  expect((await all.settle(job.result())).text).toBe('an answer');
  await all.settle(other.poll());
  void started;
  expect(all.server.jobs).toHaveLength(starts);
  const records = await all.records();
  expect(records.filter(({ outcome }) => outcome === 'abandoned')).toHaveLength(
    abandoned + (when === 'before' && step === 'start' ? 1 : 0),
  );
  expect(records.filter(({ outcome }) => outcome === 'finished')).toMatchObject([
    { nanoUsd: String(ANSWER_NANO) },
  ]);
  const [state] = await all.ledger.state('all');
  expect(state).toMatchObject({ used: sumOf(records), held: 0n });
});

it('denies jobs above a limit, and never exceeds it with 50 concurrent starts', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ holdAt: 1 }) }, limitUsd: '0.001' });
  const model = all.process().model(SPEC);
  const starts = Array.from({ length: 50 }, (_, at) => failure(model.start(REQUEST, { key: String(at) })));
  const results = await all.settle(Promise.all(starts));
  const denied = results.filter((result) => (result as { readonly kind?: string }).kind === 'denied');
  expect(denied.length).toBeGreaterThan(0);
  expect(all.server.jobs.length).toBe(50 - denied.length);
  const [state] = await all.ledger.state('all');
  expect(state?.held).toBeLessThanOrEqual(1_000_000n);
  // A denied job has sent nothing, so a call with its key starts it again.
  expect(await dueKeys(all.store)).toHaveLength(all.server.jobs.length);
});

it('books nothing for a start whose reservation the ledger rejects', async () => {
  const why = new LlmError('invalid-request', 'the store cannot contain the reservation');
  await using all = await jobsWorld({
    server: { plan: () => 'an answer' },
    ledgerStore: (clock) => ({ ...memoryStore({ clock }), reserve: () => Promise.reject(why) }),
  });
  const background = all.process();
  expect(await all.settle(failure(background.model(SPEC).start(REQUEST, { key: 'k' })))).toMatchObject({
    message: why.message,
  });
  await all.settle(background.poll());
  const job = await background.open('k');
  expect(await job.status()).toMatchObject({ state: 'failed', nanoUsd: 0n });
  expect(await all.records()).toEqual([]);
  expect(all.server.requests).toHaveLength(0);
});

it('books the usage of a cancelled job once', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ holdAt: 4 }) } });
  const background = all.process();
  const job = await background.model(SPEC).start(REQUEST);
  await all.settle(job.cancel());
  await all.settle(job.cancel());
  await all.settle(background.poll());
  expect(await all.records()).toMatchObject([{ outcome: 'failed', nanoUsd: String(ANSWER_NANO) }]);
});

it('sends nothing to a target that stores content for too long', async () => {
  await using all = await jobsWorld({
    gates: [NO_RETENTION],
    live: ['a live answer'],
  });
  const answer = await all.settle(
    all.process().model(`${SPEC},anthropic/claude-haiku-4-5`).generate(REQUEST),
  );
  expect(answer).toMatchObject({
    text: 'a live answer',
    attempts: [{ outcome: 'skipped', error: { kind: 'denied' } }, {}],
  });
  expect(all.server.requests).toHaveLength(0);
});

it('returns equal replay tokens from the stream, from a look and from the store', async () => {
  const plan = {
    answer: {
      parts: [
        { type: 'reasoning', text: 'I think' },
        { type: 'text', text: 'so' },
      ],
    },
  } as const;
  await using all = await jobsWorld({
    server: {
      plan: () => plan,
      before: ({ step }) => (step === 'stream' && all.server.jobs.length === 2 ? { status: 400 } : undefined),
    },
  });
  const background = all.process();
  const parts: unknown[] = [];
  for (const key of ['streamed', 'looked']) {
    const answer = await all.settle(background.model(SPEC).generate(REQUEST, { key }));
    const stored = await (await all.process().open(key)).result();
    expect(stored.message).toEqual(answer.message);
    parts.push(JSON.stringify(answer.message).replaceAll(/job\d/g, ''));
  }
  expect(parts[0]).toContain('encrypted_content');
  expect(parts[1]).toBe(parts[0]);
  expect(stepsOf(all.server, 'look')).toBe(1);
});
