import { LlmError, type Provider, type StreamEvent } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { JobStream } from '../src/index.ts';
import { jobsWorld, noStream, REQUEST, stepsOf } from './jobs-world.ts';
import { dueKeys, eventsOf, failure, textOf } from './world.ts';

const SPEC = 'openai/gpt-5.4';
const CHAIN = 'openai/gpt-5.4,other/gpt-5.4-mini';
const TOOL = {
  name: 'look',
  description: 'Looks at the weather.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'number' } } },
  },
} as const;
const TEXT = 'A long answer with an emoji 😀 and somemorewordswithoutanyspaceinbetween, and an end.';

it('answers a job at the vendor, and deletes it there after its answer is stored', async () => {
  await using all = await jobsWorld({ server: { plan: () => TEXT } });
  const job = await all.process().model(SPEC).start(REQUEST, { key: 'k' });
  const answer = await all.settle(job.result());
  expect(answer).toMatchObject({ text: TEXT, target: SPEC, attempts: [{ outcome: 'finished' }] });
  expect(await job.status()).toMatchObject({ state: 'completed', target: SPEC, nextMs: undefined });
  expect(all.server.requests.map(({ step }) => step)).toEqual(['start', 'stream', 'remove']);
  expect((await (await all.process().open('k')).result()).text).toBe(TEXT);
  expect(all.events.map(({ type }) => type)).toEqual(['leg-started', 'leg-ended', 'job-ended']);
});

it('emits the same events from a running, an ended and a polled job', async () => {
  const plan = {
    answer: {
      parts: [
        { type: 'reasoning', text: 'I think so' },
        { type: 'text', text: TEXT },
      ],
    },
  } as const;
  const streams = [];
  for (const isPolled of [false, true]) {
    await using all = await jobsWorld({
      server: {
        plan: () => plan,
        before: ({ step }) => (isPolled && step === 'stream' ? { status: 400 } : undefined),
      },
    });
    const job = await all.process().model(SPEC).start(REQUEST, { key: 'k' });
    streams.push(
      await all.settle(eventsOf(job.stream())),
      await eventsOf((await all.process().open('k')).stream()),
    );
    expect(stepsOf(all.server, 'look')).toBe(isPolled ? 1 : 0);
  }
  // The ids contain the number of the job, and the families of reasoning its address.
  const common = streams.map((events) => JSON.stringify(events).replaceAll(/job\d|@\w{8}#/g, ''));
  for (const events of common) expect(events).toBe(common[0]);
});

it('continues a stream whose connection ends after each event', async () => {
  await using all = await jobsWorld({
    server: { plan: () => TEXT, before: ({ step }) => (step === 'stream' ? { cutAfter: 1 } : undefined) },
  });
  const job = await all.process().model(SPEC).start(REQUEST);
  const events = await all.settle(eventsOf(job.stream()));
  expect(textOf(events)).toBe(TEXT);
  const cursors = all.server.requests
    .filter(({ step }) => step === 'stream')
    .map(({ query }) => query.get('starting_after'));
  expect(cursors).toEqual([null, ...cursors.slice(1).map((_, at) => String(at))]);
  expect(cursors.length).toBeGreaterThan(5);
  expect([stepsOf(all.server, 'start'), stepsOf(all.server, 'look')]).toEqual([1, 0]);
});

it('looks at a job whose stream makes no progress, and omits the events that readers have', async () => {
  let streams = 0;
  await using all = await jobsWorld({
    server: {
      plan: () => ({ answer: TEXT, looks: 2 }),
      before: ({ step }) => (step === 'stream' ? (streams++ === 0 ? { cutAfter: 5 } : 'drop') : undefined),
    },
  });
  const job = await all.process().model(SPEC).start(REQUEST);
  const events = await all.settle(eventsOf(job.stream()));
  expect(textOf(events)).toBe(TEXT);
  expect(events.filter(({ type }) => type === 'start' || type === 'reset')).toHaveLength(1);
  expect([streams, stepsOf(all.server, 'look')]).toEqual([6, 3]);
});

it('starts the next target after a job has failed, and emits reset', async () => {
  const fails = { code: 'server_error', message: 'sorry' };
  await using all = await jobsWorld({
    server: { plan: () => ({ answer: TEXT, holdAt: 9, fails }) },
    other: { plan: () => 'another answer' },
  });
  const job = await all.process().model(CHAIN).start(REQUEST);
  all.server.jobs[0]?.release();
  const stream = job.stream();
  const events = await all.settle(eventsOf(stream));
  const reset = events.findIndex(({ type }) => type === 'reset');
  expect(textOf(events.slice(0, reset)).length).toBeGreaterThan(0);
  expect(textOf(events.slice(reset))).toBe('another answer');
  const answer = await stream.response();
  expect(answer).toEqual(await job.result());
  expect(answer).toMatchObject({
    text: 'another answer',
    attempts: [
      { target: SPEC, outcome: 'failed', error: { kind: 'server' }, usage: { input: 12, output: 5 } },
      { target: 'other/gpt-5.4-mini', outcome: 'finished' },
    ],
  });
  expect(stepsOf(all.server, 'remove')).toBe(1);
});

it.each([
  ['is cancelled by the vendor', { fails: 'cancelled' } as const, 'server'],
  ['does not end in time', { holdAt: 1 }, 'timeout'],
])('starts the next target after a job %s', async (_, plan, kind) => {
  await using all = await jobsWorld({ server: { plan: () => plan }, other: { plan: () => 'other' } });
  const job = await all
    .process()
    .model(CHAIN)
    .start(REQUEST, { timeouts: { completeMs: 60_000 } });
  const answer = await all.settle(job.result());
  expect(answer).toMatchObject({ text: 'other', attempts: [{ error: { kind } }, { outcome: 'finished' }] });
  expect(stepsOf(all.server, 'cancel')).toBe(kind === 'timeout' ? 1 : 0);
});

it('starts the next target after the vendor no longer has the job', async () => {
  await using all = await jobsWorld({
    server: {
      plan: () => ({ holdAt: 1 }),
      before: ({ step }) => (step === 'look' || step === 'stream' ? { status: 404 } : undefined),
    },
    other: { plan: () => 'other' },
  });
  const job = await all.process().model(CHAIN).start(REQUEST);
  const answer = await all.settle(job.result());
  expect(answer.attempts[0]).toMatchObject({ outcome: 'abandoned', error: { kind: 'server' } });
  expect(answer.attempts[0]?.error?.message).toContain('the vendor no longer has the job');
});

/** Returns the events of a stream that fails, without warnings, and its error. */
async function eventsAndError(stream: JobStream): Promise<readonly [readonly StreamEvent[], unknown]> {
  const events: StreamEvent[] = [];
  const read = async (): Promise<void> => {
    for await (const event of stream) if (event.type !== 'warning') events.push(event);
  };
  return [events, await failure(read())];
}

it.each(['a failure', 'a cancellation'])(
  'stores the events before %s, so that each reading has the same events and positions',
  async (end) => {
    const fails = { code: 'server_error', message: 'sorry' };
    const plan = { answer: 'some words before the end 😀 and more', holdAt: 6, fails };
    await using all = await jobsWorld({ server: { plan: () => plan } });
    const background = all.process();
    const job = await all.settle(background.model(SPEC).start(REQUEST, { key: 'k' }));
    const stream = job.stream();
    const reading = eventsAndError(stream);
    await expect.poll(() => Number(stream.cursor?.slice(2))).toBeGreaterThan(2);
    await all.idle();
    if (end === 'a failure') all.server.jobs[0]?.release();
    else await all.settle(job.cancel());
    const [events, error] = await all.settle(reading);
    expect(error).toMatchObject(
      end === 'a failure' ? { kind: 'server' } : { details: { code: 'cancelled' } },
    );
    expect(textOf(events)).toMatch(/^some words/);
    const other = await all.process().open('k');
    for (let at = 0; at <= events.length; at++) {
      const [rest, same] = await eventsAndError(other.stream({ after: `1.${at}` }));
      expect(rest).toEqual(events.slice(at));
      expect(same).toMatchObject({ message: (error as Error).message });
    }
  },
);

it('does not start the next target after an invalid prompt', async () => {
  const fails = { code: 'invalid_prompt', message: 'bad' };
  await using all = await jobsWorld({ server: { plan: () => ({ fails }) } });
  const job = await all.process().model(CHAIN).start(REQUEST);
  expect(await failure(all.settle(job.result()))).toMatchObject({ kind: 'invalid-request' });
  expect(all.other.requests).toHaveLength(0);
});

it('treats an invalid credential of the vendor in a started job as a failure of the server', async () => {
  const fails = { code: 'invalid_api_key', message: 'internal token expired' };
  await using all = await jobsWorld({ server: { plan: () => ({ fails }) }, other: { plan: () => 'other' } });
  const answer = await all.settle(all.process().model(CHAIN).generate(REQUEST));
  expect(answer.attempts.map(({ error }) => error?.kind)).toEqual(['server', undefined]);
});

it('rejects the start if every target refuses it, and stores no running job', async () => {
  const refuse = {
    before: () => ({ status: 400, body: { error: { message: 'no', code: 'model_not_found' } } }),
  };
  await using all = await jobsWorld({ server: refuse, other: refuse });
  const error = (await failure(
    all.settle(all.process().model(CHAIN).start(REQUEST, { key: 'k' })),
  )) as LlmError;
  expect(error.kind).toBe('exhausted');
  expect(error.details.attempts.map(({ target }) => target)).toEqual([SPEC, 'other/gpt-5.4-mini']);
  expect(await dueKeys(all.store)).toEqual([]);
});

it('starts once more after a target is busy, then the next target', async () => {
  const busy = { status: 429, body: { error: { message: 'busy' } }, headers: { 'retry-after': '3' } };
  await using all = await jobsWorld({ server: { before: () => busy }, other: { plan: () => 'other' } });
  const answer = await all.settle(all.process().model(CHAIN).generate(REQUEST));
  expect(answer.text).toBe('other');
  expect(all.server.requests).toHaveLength(2);
});

it('calls a target without a job API live, with the rest of the chain', async () => {
  const fails = { code: 'server_error', message: 'sorry' };
  await using all = await jobsWorld({ server: { plan: () => ({ fails }) }, live: ['a live answer'] });
  const job = await all.process().model(`${SPEC},anthropic/claude-haiku-4-5`).start(REQUEST);
  const answer = await all.settle(job.result());
  expect(answer).toMatchObject({
    text: 'a live answer',
    attempts: [{ target: SPEC }, { target: 'anthropic/claude-haiku-4-5' }],
  });
  expect(all.live.requests).toHaveLength(1);
});

it('skips a target without a job API if live calls are disabled', async () => {
  await using all = await jobsWorld({ server: { plan: () => 'native' } });
  const model = all.process({ live: false }).model(`anthropic/claude-haiku-4-5,${SPEC}`);
  const answer = await all.settle(model.generate(REQUEST));
  expect(answer.attempts).toMatchObject([
    { outcome: 'skipped', error: { kind: 'unsupported' } },
    { outcome: 'finished' },
  ]);
  expect(all.live.requests).toHaveLength(0);
});

it('starts a benched target after all healthy targets were skipped', async () => {
  await using all = await jobsWorld({ server: { plan: () => 'native' }, benched: [SPEC] });
  const model = all.process({ live: false }).model(`${SPEC},anthropic/claude-haiku-4-5`);
  const answer = await all.settle(model.generate(REQUEST));
  expect(answer.attempts).toMatchObject([
    { target: 'anthropic/claude-haiku-4-5', outcome: 'skipped' },
    { target: SPEC, outcome: 'finished' },
  ]);
});

it('continues a job of a process that was killed, without a second start', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 6 }) } });
  const life = { isKilled: false };
  await all.settle(all.process({}, life).model(SPEC).start(REQUEST, { key: 'k' }));
  life.isKilled = true;
  await all.clock.advance(31_000);
  const job = await all.process().open('k');
  const reading = eventsOf(job.stream());
  await all.idle();
  all.server.jobs[0]?.release();
  expect(textOf(await all.settle(reading))).toBe(TEXT);
  expect(stepsOf(all.server, 'start')).toBe(1);
});

it('gives readers in other processes the events as they arrive', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 6 }) } });
  await all.settle(all.process().model(SPEC).start(REQUEST, { key: 'k' }));
  const second = all.process();
  // The start of a job that another process drives does not wait for its end, and neither does a poll.
  const job = await all.settle(second.model(SPEC).start(REQUEST, { key: 'k' }), 1);
  expect((await all.settle(second.poll(), 1)).nextMs).toBeGreaterThan(0);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of job.stream()) if (event.type === 'text-delta') seen.push(event.text);
  })();
  for (let turn = 0; turn < 100 && seen.length === 0; turn++) await all.idle();
  expect(TEXT.startsWith(seen.join(''))).toBe(true);
  expect(seen.length).toBeGreaterThan(0);
  all.server.jobs[0]?.release();
  await all.settle(reading);
  expect(seen.join('')).toBe(TEXT);
  expect(stepsOf(all.server, 'start')).toBe(1);
});

it('continues after each cursor in another process, whatever the chunks of the vendor', async () => {
  const text = Array.from({ length: 60 }, (_, at) => `w${at} 😀`).join(' ');
  const call = { type: 'tool-call', name: 'look', json: '{"city":"Oslo 😀","days":[1,2,3]}' } as const;
  const plan = { answer: { parts: [{ type: 'text', text }, call] } } as const;
  await using all = await jobsWorld({ server: { plan: () => ({ ...plan, holdAt: 400 }) } });
  await all.settle(
    all
      .process()
      .model(SPEC)
      .start({ ...REQUEST, tools: [TOOL] }, { key: 'k' }),
  );
  all.server.jobs[0]?.release();
  const background = all.process();
  const stream = (await background.open('k')).stream();
  const events: StreamEvent[] = [];
  const cursors: (string | undefined)[] = [];
  const reading = (async () => {
    for await (const event of stream) {
      events.push(event);
      cursors.push(stream.cursor);
    }
  })();
  await all.settle(reading);
  expect(textOf(events)).toBe(text);
  expect(events.length).toBeGreaterThan(120);
  for (const [at, after] of cursors.entries()) {
    const rest = await eventsOf((await all.process().open('k')).stream({ after }));
    expect(rest).toEqual(events.slice(at + 1));
  }
});

it('continues after a cursor while the job is running, with other chunks of the vendor', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 9 }) } });
  const life = { isKilled: false };
  const job = await all.settle(all.process({}, life).model(SPEC).start(REQUEST, { key: 'k' }));
  const stream = job.stream();
  const first: string[] = [];
  const events = stream[Symbol.asyncIterator]();
  while (first.length < 4) {
    const next = await all.settle(events.next());
    if (next.done !== true && next.value.type === 'text-delta') first.push(next.value.text);
  }
  life.isKilled = true;
  await all.clock.advance(31_000);
  all.server.jobs[0]?.release();
  const rest = (await all.process().open('k')).stream({ after: stream.cursor });
  expect(first.join('') + textOf(await all.settle(eventsOf(rest)))).toBe(TEXT);
});

it('reads an answer of a megabyte from a look, one of 5 kB from a stream, and both from the store', async () => {
  // The server sends 8 characters in each event of a stream, so a megabyte would be 130,000 events.
  for (const [words, server] of [
    [210_000, { before: noStream }],
    [1_000, {}],
  ] as const) {
    const text = 'word '.repeat(words);
    await using all = await jobsWorld({ server: { plan: () => text, ...server } });
    const job = await all.process().model(SPEC).start(REQUEST, { key: 'k' });
    expect(textOf(await all.settle(eventsOf(job.stream()))).length).toBe(text.length);
    const again = await all.process().open('k');
    expect(textOf(await eventsOf(again.stream())).length).toBe(text.length);
  }
}, 180_000);

it('advances jobs by single looks of a poll and of status, and reports the time of the next', async () => {
  await using all = await jobsWorld({
    server: { plan: () => ({ answer: TEXT, looks: 4 }), before: noStream },
  });
  const second = all.process();
  const life = { isKilled: false };
  await all.settle(all.process({}, life).model(SPEC).start(REQUEST, { key: 'k' }));
  life.isKilled = true;
  // The lease of the first process expires.
  await all.clock.advance(31_000);
  const waits: unknown[] = [];
  const job = await second.open('k');
  expect((await job.status()).state).toBe('running');
  for (let polls = 0; polls < 20; polls++) {
    const { nextMs } = await all.settle(second.poll());
    waits.push(nextMs);
    if (nextMs === undefined) break;
    await all.clock.advance(nextMs);
  }
  expect(waits).toEqual([2000, 4000, 8000, 16_000, undefined]);
  expect((await job.result()).text).toBe(TEXT);
  expect([stepsOf(all.server, 'start'), stepsOf(all.server, 'look')]).toEqual([1, 5]);
});

it('advances exactly the job with the id of a webhook by a look at one record, and ignores other ids', async () => {
  await using all = await jobsWorld({
    server: { plan: () => ({ answer: TEXT, looks: 100 }), before: noStream },
  });
  const life = { isKilled: false };
  const starter = all.process({}, life);
  for (const key of ['a', 'b', 'c']) await all.settle(starter.model(SPEC).start(REQUEST, { key }));
  life.isKilled = true;
  await all.clock.advance(31_000);
  const before = stepsOf(all.server, 'look');
  const lists = all.counts.get('list');
  await all.settle(all.process().notify('resp_job2'));
  expect(all.counts.get('list')).toBe(lists);
  expect(all.server.requests.slice(-1)).toMatchObject([{ path: '/v1/responses/resp_job2', step: 'look' }]);
  await all.settle(all.process().notify('resp_unknown'));
  expect(stepsOf(all.server, 'look')).toBe(before + 1);
});

it('looks at once at a job that waits in this process for its next look, after a webhook', async () => {
  let looks = 0;
  await using all = await jobsWorld({
    server: {
      plan: () => ({ answer: TEXT, looks: 6 }),
      before: (request) => {
        if (request.step === 'look') looks++;
        return noStream(request);
      },
    },
  });
  const background = all.process();
  const job = await all.settle(background.model(SPEC).start(REQUEST, { key: 'k' }));
  const result = job.result();
  while (looks < 6) {
    await all.idle();
    await all.clock.advance(1000);
  }
  const now = all.clock.now();
  await background.notify('resp_job1');
  while (looks < 7) await all.idle();
  expect((await result).text).toBe(TEXT);
  expect(all.clock.now()).toBe(now);
});

it('rejects for a person if the key is invalid, and continues when it is corrected', async () => {
  let isValid = true;
  await using all = await jobsWorld({
    server: {
      plan: () => ({ answer: TEXT, holdAt: 3 }),
      before: ({ step }) =>
        step === 'start' || isValid ? undefined : { status: 401, body: { error: { message: 'bad key' } } },
    },
  });
  const background = all.process();
  isValid = false;
  const job = await background.model(SPEC).start(REQUEST, { key: 'k' });
  expect(await failure(all.settle(job.result()))).toMatchObject({ kind: 'auth' });
  expect(await failure(all.settle(eventsOf(job.stream())))).toMatchObject({ kind: 'auth' });
  isValid = true;
  all.server.jobs[0]?.release();
  expect((await all.settle(job.result())).text).toBe(TEXT);
  expect(stepsOf(all.server, 'start')).toBe(1);
});

it.each(['queued', 'running'])(
  'cancels a %s job at once, and again at the vendor after a failure',
  async (state) => {
    const answers = [{ status: 500 }];
    await using all = await jobsWorld({
      server: {
        plan: () => ({ answer: TEXT, holdAt: state === 'queued' ? 1 : 8 }),
        before: ({ step }) => (step === 'cancel' ? answers.shift() : undefined),
      },
    });
    const background = all.process();
    const job = await background.model(SPEC).start(REQUEST, { key: 'k' });
    const result = failure(job.result());
    await all.settle(job.cancel());
    expect((await job.status()).state).toBe('cancelled');
    expect(await all.settle(result)).toMatchObject({ kind: 'aborted' });
    expect(all.server.jobs[0]?.status).not.toBe('cancelled');
    await all.clock.advance(60_000);
    await all.settle(background.poll());
    expect(all.server.jobs[0]?.status).toBe('cancelled');
    await all.settle(job.cancel());
    expect(stepsOf(all.server, 'cancel')).toBe(2);
    expect(await job.status()).toMatchObject({ state: 'cancelled', nextMs: undefined });
    expect(await all.records()).toHaveLength(1);
  },
);

it('does not cancel a job that has ended', async () => {
  await using all = await jobsWorld({ server: { plan: () => TEXT } });
  const job = await all.process().model(SPEC).start(REQUEST);
  await all.settle(job.result());
  await job.cancel();
  expect((await job.status()).state).toBe('completed');
  expect(stepsOf(all.server, 'cancel')).toBe(0);
});

it('ends the job after totalMs, and cancels it at the vendor', async () => {
  await using all = await jobsWorld({
    server: { plan: () => ({ holdAt: 1 }) },
    other: { plan: () => 'other' },
  });
  const job = await all
    .process()
    .model(CHAIN)
    .start(REQUEST, { timeouts: { totalMs: 30_000 } });
  expect(await failure(all.settle(job.result()))).toMatchObject({
    kind: 'timeout',
    details: { phase: 'total' },
  });
  expect(all.server.jobs[0]?.status).toBe('cancelled');
  expect(all.other.requests).toHaveLength(0);
});

it('reads an answer that the vendor had in time, although no process has looked at it', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 3 }) } });
  const life = { isKilled: false };
  await all.settle(all.process({}, life).model(SPEC).start(REQUEST, { key: 'k' }));
  life.isKilled = true;
  all.server.jobs[0]?.release();
  await all.clock.advance(7_200_000);
  const background = all.process();
  await all.settle(background.poll());
  expect((await (await background.open('k')).result()).text).toBe(TEXT);
  expect(stepsOf(all.server, 'cancel')).toBe(0);
});

it('starts the next target if a provider cannot create the request, and starts no job there', async () => {
  let starts = 0;
  const strict: Provider = {
    spi: 1,
    id: 'strict',
    model: (id) => ({
      id,
      families: [],
      capabilities: {},
      stream() {
        throw new LlmError('unsupported', 'strict/m accepts no such setting');
      },
    }),
    background: () => ({
      expiresMs: 1000,
      start: async () => String(starts++),
      look: async () => ({ state: 'running' }),
    }),
  };
  await using all = await jobsWorld({ server: { plan: () => TEXT }, providers: [strict] });
  const answer = await all.settle(all.process().model(`strict/m,${SPEC}`).generate(REQUEST));
  expect(answer).toMatchObject({ text: TEXT, attempts: [{ outcome: 'skipped' }, { outcome: 'finished' }] });
  expect(starts).toBe(0);
});
