import { jsonSchema, toolResult, user, type DeepPartial, type ObjectStream } from '@majordomo/core';
import { expect, it } from 'vitest';
import { jobsWorld, REQUEST, stepsOf } from './jobs-world.ts';
import { dueKeys, eventsOf, failure, textOf } from './world.ts';

const SPEC = 'openai/gpt-5.4';
const city = jsonSchema<{ readonly city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
});

it('generates and streams like a chat model', async () => {
  await using all = await jobsWorld({ server: { plan: () => 'Hello there' } });
  const model = all.process().model(SPEC);
  expect(model.spec).toBe(SPEC);
  expect((await all.settle(model.generate(REQUEST))).text).toBe('Hello there');
  const stream = model.stream(REQUEST);
  let text = '';
  const reading = (async () => {
    for await (const piece of stream.textStream) text += piece;
  })();
  await all.settle(reading);
  expect([text, (await stream.response()).text]).toEqual(['Hello there', 'Hello there']);
});

it('returns tool calls and their results', async () => {
  const call = { type: 'tool-call', id: 'call_1', name: 'look', json: '{"city":"Oslo"}' } as const;
  await using all = await jobsWorld({
    server: { plan: (_, number) => (number === 0 ? { answer: { parts: [call] } } : 'It snows.') },
  });
  const model = all.process().model(SPEC);
  const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object' } } as const;
  const first = await all.settle(model.generate({ ...REQUEST, tools: [tool] }));
  expect(first).toMatchObject({
    finish: 'tool-calls',
    toolCalls: [{ name: 'look', args: { city: 'Oslo' } }],
  });
  const messages = [
    user('hi'),
    first.message,
    toolResult({ callId: 'call_1', name: 'look', content: 'snow' }),
  ];
  const second = await all.settle(model.generate({ messages, tools: [tool] }));
  expect(second.text).toBe('It snows.');
});

it('repairs a typed object in a further job', async () => {
  await using all = await jobsWorld({
    server: { plan: (_, number) => (number === 0 ? '{"town":"Oslo"}' : '{"city":"Oslo"}') },
  });
  const background = all.process();
  const request = { ...REQUEST, output: city };
  const { value, attempts } = await all.settle(background.model(SPEC).generateObject(request, { key: 'k' }));
  expect(value).toEqual({ city: 'Oslo' });
  expect(attempts).toHaveLength(2);
  expect((await (await background.open('k/2')).result()).text).toBe('{"city":"Oslo"}');
});

/** Reads a stream of objects, and returns its partial values. */
async function partialsOf<T>(stream: ObjectStream<T>): Promise<readonly DeepPartial<T>[]> {
  const partials: DeepPartial<T>[] = [];
  for await (const partial of stream) partials.push(partial);
  return partials;
}

it('streams a typed object, and returns the stored object again for the same key', async () => {
  await using all = await jobsWorld({ server: { plan: () => '{"city":"Oslo and Bergen"}' } });
  const background = all.process();
  const request = { ...REQUEST, output: city };
  const stream = background.model(SPEC).streamObject(request, { key: 'k' });
  const partials = await all.settle(partialsOf(stream));
  expect(partials.length).toBeGreaterThan(2);
  for (const { city: text = '' } of partials) expect('Oslo and Bergen'.startsWith(text)).toBe(true);
  expect(partials.at(-1)).toEqual({ city: 'Oslo and Bergen' });
  const { value, attempts, text } = await stream.response();
  expect({ value, text, attempts: attempts.length }).toEqual({
    value: { city: 'Oslo and Bergen' },
    text: '{"city":"Oslo and Bergen"}',
    attempts: 1,
  });
  const again = all.process().model(SPEC).streamObject(request, { key: 'k' });
  expect(await all.settle(partialsOf(again))).toEqual(partials);
  expect(stepsOf(all.server, 'start')).toBe(1);
});

it('repairs a streamed object in a further job, which another process continues', async () => {
  await using all = await jobsWorld({
    server: { plan: (_, number) => (number === 0 ? '{"town":"Oslo"}' : '{"city":"Oslo"}') },
  });
  const request = { ...REQUEST, output: city };
  const stream = all.process().model(SPEC).streamObject(request, { key: 'k' });
  const { value, attempts } = await all.settle(stream.response());
  expect(value).toEqual({ city: 'Oslo' });
  expect(attempts).toHaveLength(2);
  const other = all.process().model(SPEC).streamObject(request, { key: 'k' });
  expect((await all.settle(other.response())).value).toEqual({ city: 'Oslo' });
  expect(stepsOf(all.server, 'start')).toBe(2);
});

it('rejects a streamed object that no round has repaired, with the attempts of all rounds', async () => {
  await using all = await jobsWorld({ server: { plan: () => '{"town":"Oslo"}' } });
  const stream = all
    .process()
    .model(SPEC)
    .streamObject({ ...REQUEST, output: city }, { key: 'k', repairs: 1 });
  const error = await failure(all.settle(partialsOf(stream)));
  expect(error).toMatchObject({ kind: 'invalid-output', details: { attempts: [{}, {}] } });
  expect(await failure(stream.response())).toBe(error);
});

it('cancels the job of a streamed object if the signal of the call aborts', async () => {
  const controller = new AbortController();
  await using all = await jobsWorld({ server: { plan: () => ({ answer: '{"city":"Oslo"}', holdAt: 5 }) } });
  const background = all.process();
  const request = { ...REQUEST, output: city };
  const { signal } = controller;
  const stream = background.model(SPEC).streamObject(request, { key: 'k', signal });
  const reading = failure(partialsOf(stream));
  await expect.poll(() => stepsOf(all.server, 'stream')).toBe(1);
  controller.abort();
  expect(await all.settle(reading)).toMatchObject({ kind: 'aborted' });
  await all.settle(all.process().poll());
  const job = await background.open('k');
  expect((await job.status()).state).toBe('cancelled');
  expect(all.server.jobs[0]?.status).toBe('cancelled');
});

it('cancels the job at the vendor if the signal of a call aborts, also during the start', async () => {
  for (const step of ['start', 'stream']) {
    const controller = new AbortController();
    await using all = await jobsWorld({
      server: {
        plan: () => ({ holdAt: 3 }),
        after: (request) => {
          if (request.step === step) controller.abort();
          return undefined;
        },
      },
    });
    const error = await failure(
      all.settle(all.process().model(SPEC).generate(REQUEST, { signal: controller.signal })),
    );
    expect(error).toMatchObject({ kind: 'aborted' });
    await all.settle(all.process().poll());
    expect(await dueKeys(all.store)).toEqual([]);
    const [record] = await all.records();
    expect(record?.outcome).toBe(step === 'start' ? 'abandoned' : 'failed');
  }
});

it('does not cancel the job if the reader leaves the loop', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ answer: 'some words here', holdAt: 5 }) } });
  const background = all.process();
  const job = await all.settle(background.model(SPEC).start(REQUEST, { key: 'k' }));
  const stream = job.stream()[Symbol.asyncIterator]();
  await all.settle(stream.next());
  await stream.return?.();
  all.server.jobs[0]?.release();
  expect((await all.settle(job.result())).text).toBe('some words here');
  expect(stepsOf(all.server, 'cancel')).toBe(0);
});

it('reads a deferred completion of xAI once, and returns it again after a restart', async () => {
  await using all = await jobsWorld({ server: { plan: () => ({ answer: 'deferred text', looks: 2 }) } });
  const job = await all.process().model('xai/grok-4').start(REQUEST, { key: 'k' });
  expect((await all.settle(job.result())).text).toBe('deferred text');
  const again = await all.process().open('k');
  expect((await again.result()).text).toBe('deferred text');
  expect(textOf(await eventsOf(again.stream()))).toBe('deferred text');
  expect(all.server.requests.map(({ step }) => step)).toEqual(['start', 'look', 'look', 'look']);
});

it('starts the next target if the answer of xAI was lost, and books its reservation', async () => {
  let looks = 0;
  await using all = await jobsWorld({
    server: {
      plan: () => 'lost',
      after: ({ step }) => (step === 'look' && looks++ === 0 ? 'drop' : undefined),
    },
    other: { plan: () => 'other' },
  });
  const answer = await all.settle(all.process().model('xai/grok-4,other/gpt-5.4-mini').generate(REQUEST));
  expect(answer).toMatchObject({
    text: 'other',
    attempts: [{ outcome: 'abandoned', error: { kind: 'server' } }, {}],
  });
  expect(await all.records()).toMatchObject([{ outcome: 'abandoned' }, { outcome: 'finished' }]);
});
