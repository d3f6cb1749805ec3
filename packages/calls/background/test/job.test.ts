import { LlmError, user, type StreamEvent } from '@majordomo/core';
import { expect, it } from 'vitest';
import { dueKeys, eventsOf, failure, settle, textOf, world } from './world.ts';

const request = { messages: [user('hi')] };

it('returns the answer of a job in the process that started it and in another one', async () => {
  const all = world({ a: ['Hello there'] });
  const job = await all.process().model('a/m').start(request, { key: 'k' });
  const first = await job.result();
  const second = await (await all.process().open('k')).result();
  expect(first.text).toBe('Hello there');
  expect(second).toEqual(first);
  expect(first.attempts).toHaveLength(1);
  expect(await job.status()).toMatchObject({ state: 'completed', target: 'a/m', nextMs: undefined });
  expect(all.providers[0].requests).toHaveLength(1);
});

it('returns the existing job of a key, also if the other arguments differ', async () => {
  const all = world({ a: ['one', 'two'] });
  const [mine, theirs] = [all.process(), all.process()];
  await mine.model('a/m').generate(request, { key: 'k' });
  const other = await theirs.model('b/m').generate({ messages: [user('other')] }, { key: 'k' });
  expect(other.text).toBe('one');
  expect(all.providers[1].requests).toHaveLength(0);
});

it('sends one request for 20 concurrent calls with a key in two processes', async () => {
  const all = world({ a: [{ text: 'one', delayMs: 3000 }] });
  const [mine, theirs] = [all.process(), all.process()];
  const calls = Array.from({ length: 20 }, (_, at) =>
    (at % 2 === 0 ? mine : theirs).model('a/m').generate(request, { key: 'k' }),
  );
  const answers = await settle(Promise.all(calls), all);
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['one']));
  expect(all.providers[0].requests).toHaveLength(1);
});

it('separates the same key of different tenants', async () => {
  const all = world({ a: ['one', 'two', 'three'] });
  const background = all.process();
  const model = background.model('a/m');
  const answers = [];
  for (const tenant of ['x', 'y', undefined])
    answers.push((await model.generate(request, { key: 'k', tenant })).text);
  expect(answers).toEqual(['one', 'two', 'three']);
  expect((await (await background.open('k', { tenant: 'y' })).result()).text).toBe('two');
  const missing = await failure(background.open('k', { tenant: 'z' }));
  const unknown = await failure(background.open('unknown'));
  expect(missing).toMatchObject({ kind: 'not-found', message: (unknown as Error).message });
});

it.each([
  ['', 'key must have 1 to 200 characters'],
  ['x'.repeat(201), 'key must have 1 to 200 characters'],
  [5 as unknown as string, 'key must be a string'],
])('rejects the key %j', async (key, message) => {
  const background = world().process();
  const errors = [
    await failure(background.model('a/m').start(request, { key })),
    await failure(background.open(key)),
  ];
  for (const error of errors) {
    expect(error).toMatchObject({ kind: 'invalid-request', details: { path: 'key' } });
    expect((error as Error).message).toContain(message);
  }
});

it('rejects bad input before it stores a job', async () => {
  const all = world();
  const background = all.process();
  expect(() => background.model('a/m,,b/m')).toThrow(LlmError);
  const model = background.model('a/m');
  expect(await failure(model.start({ messages: [] }))).toMatchObject({ kind: 'invalid-request' });
  expect(await failure(background.model('nothing/m').start(request))).toMatchObject({ kind: 'config' });
  const metadata = { big: 1n };
  expect(await failure(model.start(request, { metadata }))).toMatchObject({ details: { path: 'metadata' } });
  const kept: object = { afterCommit: 'error' };
  expect(await failure(model.start(request, kept))).toMatchObject({ details: { path: 'afterCommit' } });
  const large = { messages: [user('x'.repeat(34_000_000))] };
  expect(await failure(model.start(large))).toMatchObject({ details: { code: 'too-large' } });
  expect(await dueKeys(all.store)).toEqual([]);
});

const ANSWER = {
  reasoning: 'I think, therefore I answer in one long sentence.',
  text: 'A 😀 and 👩‍👩‍👧‍👦 with averyveryveryverylongwordwithoutanyspacesthatiscutsomewhere  and  \n\n more text.',
  vendorParts: [{ text: 'query' }],
  toolCalls: [{ name: 'look', args: { b: 1, a: 'two 😀', nested: { list: [1, 2, 3] } } }],
  usage: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
} as const;

it('emits the same events from the running call and from the store, whatever the chunks', async () => {
  const streams: (readonly StreamEvent[])[] = [];
  for (const chunks of [1, 2, 7, 1000]) {
    const all = world({ a: [{ ...ANSWER, id: 'r', chunks }] });
    const job = await all.process().model('a/m').start(request, { key: 'k' });
    streams.push(await eventsOf(job.stream()), await eventsOf((await all.process().open('k')).stream()));
  }
  for (const events of streams) expect(events).toEqual(streams[0]);
  const [first = []] = streams;
  expect(textOf(first)).toBe(ANSWER.text);
  for (const event of first)
    if (event.type === 'text-delta') expect(event.text.length).toBeLessThanOrEqual(32);
  expect(first.at(-1)).toMatchObject({ type: 'finish', target: 'a/m', reason: 'tool-calls' });
});

it('continues after each position with exactly the missing events', async () => {
  const all = world({ a: [{ ...ANSWER, chunks: 3, everyMs: 10 }] });
  const background = all.process();
  const running = (await background.model('a/m').start(request, { key: 'k' })).stream();
  const cursors: (string | undefined)[] = [running.cursor];
  const events: StreamEvent[] = [];
  const reading = (async () => {
    for await (const event of running) {
      events.push(event);
      cursors.push(running.cursor);
    }
  })();
  await settle(reading, all);
  expect(cursors[0]).toBeUndefined();
  const other = await all.process().open('k');
  for (const [at, after] of cursors.entries()) {
    const stream = other.stream({ after });
    expect(stream.cursor).toBe(after);
    const response = stream.response();
    const rest = await eventsOf(stream);
    expect(rest).toEqual(events.slice(at));
    expect(stream.cursor).toBe(cursors.at(-1));
    expect((await response).text).toBe(ANSWER.text);
  }
});

it.each(['x', '', '0.1', '1', '1.-2', '1.01', '9.4', '1.1.1'])(
  'rejects the position %j with the path',
  async (after) => {
    const all = world({ a: ['hi'] });
    const job = await all.process().model('a/m').start(request, { key: 'k' });
    await job.result();
    const error = await failure((async () => eventsOf(job.stream({ after })))());
    expect(error).toMatchObject({ kind: 'invalid-request', details: { path: 'after' } });
  },
);

it('ends a stream whose position is beyond the end', async () => {
  const all = world({ a: ['hi'] });
  const job = await all.process().model('a/m').start(request, { key: 'k' });
  expect(await eventsOf(job.stream({ after: '1.999' }))).toEqual([]);
});

it('continues the job when its readers leave', async () => {
  const all = world({ a: [{ text: 'one two three', chunks: 1, everyMs: 100 }] });
  const background = all.process();
  const stream = background.model('a/m').stream(request, { key: 'k' });
  const leaving = (async () => {
    for await (const event of stream) if (event.type === 'text-delta') break;
  })();
  await settle(leaving, all);
  await expect(stream.response()).rejects.toMatchObject({ kind: 'aborted', details: { code: 'abandoned' } });
  const job = await background.open('k');
  const controller = new AbortController();
  const wait = failure(job.result({ signal: controller.signal }));
  controller.abort();
  expect(await wait).toMatchObject({ kind: 'aborted' });
  const reading = failure(eventsOf(job.stream({ signal: controller.signal })));
  expect(await reading).toMatchObject({ kind: 'aborted' });
  expect((await settle(job.result(), all)).text).toBe('one two three');
});

it('cancels the job for all readers when the signal of a call aborts', async () => {
  const all = world({ a: [{ hang: true, after: 'some' }, { hang: true }] });
  const [mine, theirs] = [all.process(), all.process()];
  for (const form of ['generate', 'stream'] as const) {
    const controller = new AbortController();
    const model = mine.model('a/m');
    const options = { key: form, signal: controller.signal };
    const call = failure(
      form === 'generate' ? model.generate(request, options) : model.stream(request, options).response(),
    );
    await all.clock.advance(1000);
    controller.abort();
    expect(await settle(call, all)).toMatchObject({ kind: 'aborted' });
    expect(await failure((await theirs.open(form)).result())).toMatchObject({ kind: 'aborted' });
  }
  expect(all.providers[0].requests.every(({ signal }) => signal.aborted)).toBe(true);
});

it('cancels a job at once, and another process ends its call with the next renewal', async () => {
  const all = world({ a: [{ hang: true, after: 'some' }] });
  const [mine, theirs] = [all.process(), all.process()];
  await mine.model('a/m').start(request, { key: 'k' });
  await all.clock.advance(10);
  const job = await theirs.open('k');
  await job.cancel();
  await job.cancel();
  expect(await job.status()).toMatchObject({ state: 'cancelled', nextMs: undefined });
  await all.clock.advance(11_000);
  expect(all.providers[0].requests[0]?.signal.aborted).toBe(true);
  const { attempts } = await job.status();
  expect(attempts).toMatchObject([{ target: 'a/m', stopped: true }]);
  expect(all.events.filter(({ type }) => type === 'job-ended')).toHaveLength(1);
});

it('retains an answer that arrived before the cancellation', async () => {
  const all = world({ a: ['hi'] });
  const job = await all.process().model('a/m').start(request, { key: 'k' });
  await job.result();
  await job.cancel();
  expect((await job.result()).text).toBe('hi');
});

it('removes an ended job, and rejects the removal of a running job', async () => {
  const all = world({ a: [{ text: 'one', delayMs: 1000 }, 'two'] });
  const background = all.process();
  const job = await background.model('a/m').start(request, { key: 'k' });
  await expect(job.remove()).rejects.toMatchObject({ kind: 'denied' });
  await settle(job.result(), all);
  await job.remove();
  await expect(background.open('k')).rejects.toMatchObject({ kind: 'not-found' });
  expect((await background.model('a/m').generate(request, { key: 'k' })).text).toBe('two');
});

it('deletes an ended job after keepMs', async () => {
  const all = world({ a: ['hi'], keepMs: 5000 });
  const background = all.process();
  await background.model('a/m').generate(request, { key: 'k' });
  await all.clock.advance(4999);
  await background.open('k');
  await all.clock.advance(1);
  await expect(background.open('k')).rejects.toMatchObject({ kind: 'not-found' });
});

it('stores an ended job forever with an infinite keepMs', async () => {
  const all = world({ a: ['hi'], keepMs: Infinity });
  const background = all.process();
  await background.model('a/m').generate(request, { key: 'k' });
  await all.clock.advance(1e12);
  expect((await (await background.open('k')).result()).text).toBe('hi');
});

it('returns the failure of a job that has sent a request again, and its attempts', async () => {
  const all = world({ a: [{ fail: 'server' }, 'later'], b: [{ fail: 'server' }] });
  const [mine, theirs] = [all.process(), all.process()];
  const first = await failure(mine.model('a/m,b/m').generate(request, { key: 'k' }));
  const second = await failure(theirs.model('a/m,b/m').generate(request, { key: 'k' }));
  expect(first).toMatchObject({ kind: 'exhausted', details: { attempts: [{}, {}] } });
  expect(second).toMatchObject({ kind: 'exhausted', message: (first as Error).message });
  expect(all.providers[0].requests).toHaveLength(1);
});

it('starts a failed job again if it has sent no request', async () => {
  let isOpen = false;
  const gates = [{ name: 'gate', admit: () => (isOpen ? undefined : { deny: { reason: 'closed' } }) }];
  const all = world({ a: ['hi'], gates: gates as never });
  const model = all.process().model('a/m');
  expect(await failure(model.generate(request, { key: 'k' }))).toMatchObject({ kind: 'denied' });
  isOpen = true;
  expect((await model.generate(request, { key: 'k' })).text).toBe('hi');
});

it('emits a reset when another target begins the answer again, and counts a further leg', async () => {
  const all = world({ a: [{ fail: 'server', after: 'partial answer' }], b: ['complete answer'] });
  const background = all.process();
  const job = await background.model('a/m,b/m').start(request, { key: 'k' });
  const stream = job.stream();
  const events = await eventsOf(stream);
  const at = events.findIndex(({ type }) => type === 'reset');
  expect(events[at]).toMatchObject({ target: 'a/m', error: { kind: 'server' } });
  expect(textOf(events.slice(at))).toBe('complete answer');
  expect(stream.cursor).toBe(`2.${events.length - at - 1}`);
  // A reader of the first leg receives the reset, and a new reader only the answer.
  const other = await all.process().open('k');
  expect(await eventsOf(other.stream({ after: '1.2' }))).toEqual(events.slice(at));
  expect(await eventsOf(other.stream())).toEqual(events.slice(at + 1));
  expect((await other.result()).attempts).toMatchObject([{ outcome: 'failed' }, { outcome: 'finished' }]);
});

it('returns typed values, and repairs them with further jobs', async () => {
  const all = world({ a: ['{"n":"x"}', '{"n":2}', '{"n":3}'] });
  const background = all.process();
  const output = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } as const;
  const typed = { ...request, output };
  const model = background.model('a/m');
  const { value } = await model.generateObject(typed, { key: 'k' });
  expect(value).toEqual({ n: 2 });
  expect((await (await background.open('k/2')).result()).text).toBe('{"n":2}');
  expect((await all.process().model('a/m').generateObject(typed, { key: 'k' })).value).toEqual({ n: 2 });
  const snapshots = [];
  const objects = model.streamObject(typed as never, { key: 'other' });
  for await (const snapshot of objects) snapshots.push(snapshot);
  expect(snapshots.at(-1)).toEqual({ n: 3 });
  expect(all.providers[0].requests).toHaveLength(3);
});

it('accepts infinite limits, which JSON cannot represent', async () => {
  const all = world({ a: ['Hello'] });
  const timeouts = { totalMs: Infinity, connectMs: Infinity, completeMs: Infinity };
  const { text } = await all
    .process()
    .model('a/m')
    .generate(request, { timeouts, attempts: Infinity, retryAfterCapMs: Infinity, hedgeAfterMs: Infinity });
  expect(text).toBe('Hello');
});
