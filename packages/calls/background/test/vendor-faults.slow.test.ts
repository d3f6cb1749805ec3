import type { JobFault, JobRequest } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { ANSWER_NANO, jobsWorld, noStream, REQUEST, stepsOf, type JobsWorld } from './jobs-world.ts';
import { eventsOf, failure, textOf } from './world.ts';

const SPEC = 'openai/gpt-5.4';
const CHAIN = 'openai/gpt-5.4,other/gpt-5.4-mini';
const TEXT = 'An answer with several words, in several events.';

const pause = ({ clock }: JobsWorld, ms: number): Promise<void> =>
  clock.sleep(ms, new AbortController().signal);

it('polls a vendor that repeats its events after a reconnection', async () => {
  let streams = 0;
  const repeat = ({ step, query }: JobRequest): JobFault | undefined => {
    if (step !== 'stream') return undefined;
    query.delete('starting_after');
    return streams++ === 0 ? { cutAfter: 6 } : undefined;
  };
  await using all = await jobsWorld({ server: { plan: () => TEXT, before: repeat } });
  const job = await all.settle(all.process().model(SPEC).start(REQUEST));
  expect(textOf(await all.settle(eventsOf(job.stream())))).toBe(TEXT);
  expect((await job.result()).text).toBe(TEXT);
  expect([streams, stepsOf(all.server, 'look')]).toEqual([2, 1]);
});

it('continues to read a job whose stream reports an error while the job is running', async () => {
  const plan = (): object => ({ answer: TEXT, holdAt: 2, looks: 1 });
  let streams = 0;
  const before = ({ step }: JobRequest): JobFault | undefined =>
    step === 'stream' && streams++ === 0
      ? { status: 200, body: { error: { code: 'server_error', message: 'the stream has failed' } } }
      : undefined;
  await using all = await jobsWorld({ server: { plan, before } });
  const result = all.process().model(CHAIN).generate(REQUEST);
  await all.settle(Promise.race([result, pause(all, 5000)]));
  all.server.jobs[0]?.release();
  expect(await all.settle(result)).toMatchObject({ text: TEXT, target: SPEC });
  expect(all.other.requests).toHaveLength(0);
});

it('reconnects a stream without events after 2 minutes, then polls', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 2 }) } });
  const job = await all.settle(all.process().model(SPEC).start(REQUEST));
  const result = job.result();
  await expect(all.settle(Promise.race([result, pause(all, 840_000)]))).resolves.toBeUndefined();
  expect(stepsOf(all.server, 'stream')).toBe(6);
  expect(stepsOf(all.server, 'look')).toBeGreaterThan(1);
  all.server.jobs[0]?.release();
  expect((await all.settle(result)).text).toBe(TEXT);
});

it('reports a look without a status, and looks again', async () => {
  const bodies = [{ error: { message: 'sorry', code: 'server_error' } }, { html: 'maintenance' }];
  const before = (request: JobRequest): JobFault | undefined => {
    if (request.step !== 'look') return noStream(request);
    const body = bodies.shift();
    return body && { status: 200, body };
  };
  await using all = await jobsWorld({ server: { plan: () => TEXT, before } });
  const answer = await all.settle(all.process().model(SPEC).generate(REQUEST), 60);
  expect(answer.text).toBe(TEXT);
  const delays = all.events.filter((event) => event.type === 'job-delayed');
  expect(delays.map(({ error: { kind } }) => kind)).toEqual(['server', 'protocol']);
});

it('reads an answer that the vendor has when the time of the job is over', async () => {
  const plan = (): { answer: string; holdAt: number } => ({ answer: TEXT, holdAt: 2 });
  await using all = await jobsWorld({ server: { plan, before: noStream } });
  const model = all.process().model(CHAIN);
  const result = model.generate(REQUEST, { timeouts: { completeMs: 100_000 } });
  await all.settle(Promise.race([result, pause(all, 98_000)]));
  all.server.jobs[0]?.release();
  expect(await all.settle(result)).toMatchObject({ text: TEXT, target: SPEC });
  expect(all.other.requests).toHaveLength(0);
  expect(stepsOf(all.server, 'cancel')).toBe(0);
});

it('starts the next target if the time of a job is over and the vendor does not respond', async () => {
  const life = { isKilled: false };
  const before = ({ step }: JobRequest): JobFault | undefined =>
    life.isKilled && step !== 'start' ? { status: 500 } : undefined;
  await using all = await jobsWorld({
    server: { plan: () => ({ holdAt: 2 }), before },
    other: { plan: () => TEXT },
  });
  await all.settle(all.process({}, life).model(CHAIN).start(REQUEST, { key: 'k' }));
  life.isKilled = true;
  await all.clock.advance(3_700_000);
  const job = await all.process().open('k');
  expect(await all.settle(job.result(), 60)).toMatchObject({ text: TEXT, target: 'other/gpt-5.4-mini' });
  expect(stepsOf(all.server, 'look')).toBeLessThan(5);
});

it('books the reservation of a cancelled job whose usage the vendor does not report', async () => {
  let isCancelled = false;
  const after = ({ step }: JobRequest): JobFault | undefined => {
    isCancelled ||= step === 'cancel';
    const body = { id: 'resp_job1', status: 'cancelled', output: [], usage: null };
    return isCancelled && step === 'look' ? { status: 200, body } : undefined;
  };
  await using all = await jobsWorld({ server: { plan: () => ({ holdAt: 4 }), after } });
  const background = all.process();
  const job = await all.settle(background.model(SPEC).start(REQUEST));
  await all.settle(job.cancel());
  await all.settle(background.poll());
  const [record] = await all.records();
  expect(record).toMatchObject({ outcome: 'abandoned' });
  // The reservation contains the maximum output of 100 tokens.
  expect(BigInt(record?.nanoUsd ?? 0)).toBeGreaterThan(10n * ANSWER_NANO - ANSWER_NANO);
  expect((await job.status()).nanoUsd).toBeUndefined();
  expect(await failure(job.result())).toMatchObject({ kind: 'aborted' });
});

it('reports a look that the vendor rejects as invalid, and looks again', async () => {
  let looks = 0;
  const before = (request: JobRequest): JobFault | undefined => {
    if (request.step !== 'look') return noStream(request);
    return looks++ === 0 ? { status: 400 } : undefined;
  };
  await using all = await jobsWorld({ server: { plan: () => TEXT, before } });
  const answer = await all.settle(all.process().model(SPEC).generate(REQUEST), 60);
  expect(answer.text).toBe(TEXT);
  expect(all.events).toContainEqual(expect.objectContaining({ type: 'job-delayed' }));
});

it('a poll ends a job at its limit, although the vendor asks for a later look', async () => {
  const life = { isKilled: false };
  const before = ({ step }: JobRequest): JobFault | undefined =>
    step === 'look' ? { status: 429, headers: { 'retry-after': '864000' } } : undefined;
  await using all = await jobsWorld({
    server: { plan: () => ({ holdAt: 2 }), before },
    other: { plan: () => TEXT },
  });
  await all.settle(all.process({}, life).model(CHAIN).start(REQUEST, { key: 'k' }));
  life.isKilled = true;
  await all.clock.advance(31_000);
  const background = all.process();
  await all.settle(background.poll());
  await all.clock.advance(3_700_000);
  await all.settle(background.poll());
  expect(await (await background.open('k')).status()).toMatchObject({ target: 'other/gpt-5.4-mini' });
});

it('cancels a job at its vendor again after the wait that it reports', async () => {
  const before = ({ step }: JobRequest): JobFault | undefined =>
    step === 'cancel' ? { status: 503, headers: { 'retry-after': '600' } } : undefined;
  await using all = await jobsWorld({ server: { plan: () => ({ holdAt: 4 }), before } });
  const job = await all.settle(all.process().model(SPEC).start(REQUEST));
  await all.settle(job.cancel());
  await all.idle();
  const [record] = await all.store.list('background', { order: 'due', limit: 1 });
  expect(all.events).toContainEqual(expect.objectContaining({ type: 'job-delayed', inMs: 600_000 }));
  expect(record?.dueMs).toBe(600_000);
});

it('books the reservation of a cancelled job whose vendor does not cancel it until its limit', async () => {
  const before = ({ step }: JobRequest): JobFault | undefined =>
    step === 'cancel' ? { status: 500, headers: { 'retry-after': '864000' } } : undefined;
  await using all = await jobsWorld({ server: { plan: () => ({ holdAt: 4 }), before } });
  const background = all.process();
  const job = await all.settle(background.model(SPEC).start(REQUEST));
  await all.settle(job.cancel());
  await all.clock.advance(3_600_000);
  await all.settle(background.poll());
  expect(await all.records()).toEqual([]);
  await all.clock.advance(1_800_000);
  await all.settle(background.poll());
  expect(await all.records()).toMatchObject([{ outcome: 'abandoned' }]);
  expect((await all.ledger.state('all'))[0]?.held).toBe(0n);
});
