import { createMajordomo, LlmError, type Clock, type JsonValue } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { readAll } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import {
  runJournaled,
  watchRun,
  type RunChannel,
  type RunEvent,
  type RunJournal,
  type RunJournaledIo,
} from '../src/durable.ts';
import { createAgent, RunError, type Agent, type RunState } from '../src/index.ts';
import { journalOver } from './support/journal.ts';
import { memoryChannel } from './support/memory-channel.ts';
import { plain } from './support/tools.ts';
import { call, world } from './support/world.ts';

const BYTES = Uint8Array.of(1, 2, 3);
const image = { type: 'image', mediaType: 'image/png', bytes: BYTES } as const;

/** Returns an engine that stores step results. The first run of the step `failAfter` fails before its result is stored. */
function engine(failAfter?: string): RunJournal {
  const entries = new Map<string, unknown>();
  let failures = 0;
  const step = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
    if (!entries.has(name)) {
      const value = await effect();
      if (name === failAfter && ++failures === 1) throw new Error('the process died');
      entries.set(name, value);
    }
    return entries.get(name) as T;
  };
  return { ...journalOver({ step }), toEngineError: (error) => error };
}

const run = (agent: Agent, io: RunJournaledIo, journal = engine()): Promise<JsonValue> =>
  runJournaled(agent, 'go', journal, io);

/** Returns each event as a string: `1 step-start`, `reset 1`, `missed`. */
const summaries = (events: readonly RunEvent[]): string[] =>
  events.map((item) => {
    if (item.type !== 'event') return item.type === 'reset' ? `reset ${item.step}` : item.type;
    const event = item.event.type === 'model' ? item.event.event : item.event;
    return `${item.step} ${event.type === 'text-delta' ? event.text : event.type}`;
  });

/** Returns the summaries of a step whose answer is these chunks of text. */
const summariesOf = (step: number, ...texts: readonly string[]): string[] =>
  ['step-start', 'start', 'part-start', ...texts, 'part-end', 'finish', 'step-end'].map(
    (what) => `${step} ${what}`,
  );

describe('a watched run', () => {
  it('sends the same events as `onEvent`, with their step, and then ends', async () => {
    const { channel } = memoryChannel();
    const { agent } = world([call('look', {}, 'Hm.'), 'Done.'], { tools: [plain('look', () => [image])] });
    const localEvents: unknown[] = [];
    const watched = readAll(await watchRun(channel, 'r'));
    await run(agent, { channel, onEvent: (event) => void localEvents.push(event) });
    const received = await watched;
    expect(received.map((item) => item.type === 'event' && item.event)).toEqual(localEvents);
    expect(summaries(received).slice(-8)).toEqual(['1 step-end', ...summariesOf(2, 'Done.')]);
  });

  it('publishes batches of 50 ms, and the last batch when its step ends', async () => {
    const { channel, texts } = memoryChannel();
    const clock = fakeClock();
    const chunks = Array.from({ length: 10 }, (_, at) => `${at}`);
    const provider = fakeProvider({
      id: 'f',
      models: { m: [{ text: chunks.join(''), chunks, everyMs: 20 }] },
      clock,
    });
    const agent = createAgent({ model: createMajordomo({ providers: [provider], clock }).model('f/m') });
    const running = run(agent, { channel, clock });
    await clock.advance(180);
    await running;
    const parts = texts.map((text) => text.split('text-delta').length - 1);
    expect(parts).toEqual([3, 3, 3, 1, 0]);
    expect(clock.pending).toBe(0);
  });

  it('resets a step whose process died before it recorded the step', async () => {
    const { channel } = memoryChannel();
    const { agent } = world([call('look'), 'Half an ans', 'Done.'], { tools: [plain('look', () => 'seen')] });
    const journal = engine('ask 2');
    const watched = readAll(await watchRun(channel, 'r'));
    await expect(run(agent, { channel }, journal)).rejects.toThrow('the process died');
    await run(agent, { channel }, journal);
    const received = await watched;
    expect(summaries(received).slice(-15)).toEqual([
      ...summariesOf(2, 'Half an ans'),
      'reset 2',
      ...summariesOf(2, 'Done.'),
    ]);
    const attemptIds = received
      .map((item) => (item.type === 'event' ? item.attempt : undefined))
      .filter(Boolean);
    expect(new Set(attemptIds).size).toBe(2);
  });

  it('sends errors with their details and without their causes', async () => {
    const { channel, texts } = memoryChannel();
    const { agent } = world(
      [{ fail: 'server', after: 'half', status: 503 }, 'Done.'],
      {},
      {
        chain: { attempts: 2, afterCommit: 'restart', backoff: { baseMs: 0 } },
      },
    );
    const watched = readAll(await watchRun(channel, 'r'));
    await run(agent, { channel });
    const errors = (await watched).flatMap((item) => {
      if (item.type !== 'event') return [];
      const { event } = item;
      if (event.type === 'step-end') return event.response.attempts.map(({ error }) => error);
      return event.type === 'model' && event.event.type === 'reset' ? [event.event.error] : [];
    });
    expect(errors.map((error) => error && [LlmError.is(error, 'server'), error.details.status])).toEqual([
      [true, 503],
      [true, 503],
      undefined,
    ]);
    expect(texts.join()).not.toContain('stack');
  });

  it('ends the stream of its watchers if it fails', async () => {
    const { channel } = memoryChannel();
    const { agent } = world([{ fail: 'auth', after: 'half' }]);
    const watched = readAll(await watchRun(channel, 'r'));
    await expect(run(agent, { channel })).rejects.toSatisfy(RunError.is);
    expect(summaries(await watched)).toEqual(['1 step-start', '1 start', '1 part-start', '1 half']);
  });
});

describe('a channel that fails', () => {
  const noSubscription: RunChannel['subscribe'] = async () => () => undefined;
  const warningsOf = (result: JsonValue): RunState['warnings'] =>
    (result as unknown as { readonly state: RunState }).state.warnings;

  it.each<readonly [string, () => Promise<unknown>, RegExp]>([
    ['rejects', () => Promise.reject(new Error('Redis is not connected')), /Redis is not connected/],
    ['never settles', () => new Promise(() => undefined), /within 250 ms/],
    ['throws', () => expect.unreachable('a bug'), /a bug/],
  ])('because `publish` %s adds one warning to the run', async (_name, publish, why) => {
    const clock = fakeClock();
    const { agent } = world([call('look'), call('look'), 'Done.'], { tools: [plain('look', () => 'seen')] });
    const running = run(agent, { channel: { publish, subscribe: noSubscription }, clock });
    // 250 ms for the first step, and 250 ms for the end.
    await clock.advance(500);
    const { state } = (await running) as unknown as { readonly state: RunState };
    expect([state.done, warningsOf({ state } as never)]).toEqual([
      'answered',
      [{ action: 'dropped', what: 'channel', why: expect.stringMatching(why) }],
    ]);
  });

  it.each<readonly [string, number, (clock: Clock) => Promise<unknown>]>([
    ['never settles', 20, () => new Promise(() => undefined)],
    [
      'is slow',
      30,
      (clock) =>
        new Promise<void>((resolve) => {
          clock.timer(200, resolve, { isBackground: true });
        }),
    ],
  ])('because `publish` %s delays a step by at most 250 ms', async (_name, everyMs, publishBy) => {
    const clock = fakeClock();
    const chunks = Array.from({ length: 12 }, (_, at) => `${at}`);
    const provider = fakeProvider({
      id: 'f',
      models: { m: [{ text: chunks.join(''), chunks, everyMs }] },
      clock,
    });
    const agent = createAgent({ model: createMajordomo({ providers: [provider], clock }).model('f/m') });
    let [endedAt, storedAt] = [0, 0];
    const journal: RunJournal = {
      ...journalOver({
        async step(name, effect) {
          const value = await effect();
          if (name.startsWith('ask')) storedAt = clock.now();
          return value;
        },
      }),
      toEngineError: (error) => error,
    };
    const running = run(
      agent,
      {
        channel: { publish: () => publishBy(clock), subscribe: noSubscription },
        clock,
        onEvent(event) {
          if (event.type === 'step-end') endedAt = clock.now();
        },
      },
      journal,
    );
    for (let times = 0; times < 150; times++) await clock.advance(10);
    await running;
    expect(storedAt - endedAt).toBeLessThanOrEqual(250);
  });

  it('reports missed events, and later events arrive', async () => {
    const { channel, texts } = memoryChannel();
    let published = 0;
    const lossy: RunChannel = {
      ...channel,
      publish: (runId, text) =>
        ++published === 2 ? Promise.reject(new Error('cut')) : channel.publish(runId, text),
    };
    const { agent } = world([call('look'), 'Done.'], { tools: [plain('look', () => 'seen')] });
    const watched = readAll(await watchRun(channel, 'r'));
    await run(agent, { channel: lossy });
    const received = summaries(await watched);
    expect(received.slice(received.indexOf('missed'))).toEqual(['missed', ...summariesOf(2, 'Done.')]);
    expect(texts).toHaveLength(published - 1);
  });

  it('loses only the events that are too large for it', async () => {
    const { channel, texts } = memoryChannel();
    const large = { ...image, bytes: new Uint8Array(2_000_000) };
    const { agent } = world([call('look'), 'Done.'], { tools: [plain('look', () => [large])] });
    const watched = readAll(await watchRun(channel, 'r'));
    await run(agent, { channel });
    const received = summaries(await watched);
    expect([received.includes('missed'), received.slice(-7)]).toEqual([true, summariesOf(2, 'Done.')]);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(1_100_000);
  });
});

describe('watchRun', () => {
  const head = { runId: 'r', attempt: 'a', began: 1, batch: 0, step: 1, isOver: false };
  const batchJson = (more: Partial<typeof head>, ...types: readonly string[]): string =>
    JSON.stringify({
      head: { ...head, ...more },
      events: types.map((type) => ({ type, step: more.step ?? 1 })),
    });
  const receive = async (...texts: readonly string[]): Promise<string[]> => {
    const { channel } = memoryChannel();
    const watched = readAll(await watchRun(channel, 'r'));
    for (const message of [...texts, batchJson({ attempt: 'last', batch: 0, isOver: true })])
      await channel.publish('r', message);
    return summaries(await watched);
  };

  it.each<readonly [string, readonly string[], readonly string[]]>([
    [
      'reports missed events if it starts late',
      [batchJson({ batch: 7 }, 'tool-start')],
      ['missed', '1 tool-start'],
    ],
    [
      'ignores a repeated batch',
      [batchJson({}, 'tool-start'), batchJson({}, 'tool-start')],
      ['1 tool-start'],
    ],
    [
      'ignores a replaced process that continues',
      [
        batchJson({}, 'step-start'),
        batchJson({ attempt: 'b' }, 'step-start'),
        batchJson({ batch: 1 }, 'tool-end'),
      ],
      ['1 step-start', 'reset 1', '1 step-start'],
    ],
    [
      'ignores a replaced process whose events it did not receive before',
      [
        batchJson({ attempt: 'b', began: 9 }, 'step-start'),
        batchJson({ batch: 5 }, 'tool-end'),
        batchJson({ batch: 6 }, 'tool-end'),
      ],
      ['1 step-start'],
    ],
    [
      'accepts a later attempt whose first batches were missed',
      [batchJson({}, 'step-start'), batchJson({ attempt: 'b', began: 9, batch: 2 }, 'tool-end')],
      ['1 step-start', 'missed', '1 tool-end'],
    ],
    [
      'accepts a later attempt whose clock is behind',
      [batchJson({ began: 9 }, 'step-start'), batchJson({ attempt: 'b', began: 2 }, 'tool-start')],
      ['1 step-start', '1 tool-start'],
    ],
    [
      'returns to the later attempt if the first batch of a replaced process was late',
      [
        batchJson({ attempt: 'b', began: 9 }, 'step-start'),
        batchJson({}, 'step-start'),
        batchJson({ attempt: 'b', began: 9, batch: 1 }, 'tool-start'),
        batchJson({ batch: 1 }, 'tool-end'),
        batchJson({ attempt: 'b', began: 9, batch: 2, step: 2 }, 'step-start'),
      ],
      ['1 step-start', 'reset 1', '1 step-start', 'missed', '1 tool-start', '2 step-start'],
    ],
    [
      'ignores a repeated batch of a replaced process whose clock is ahead',
      [
        batchJson({ began: 9 }, 'step-start'),
        batchJson({ attempt: 'b', began: 2 }, 'step-start'),
        batchJson({ began: 9 }, 'step-start'),
        batchJson({ attempt: 'b', began: 2, batch: 1 }, 'tool-end'),
      ],
      ['1 step-start', 'reset 1', '1 step-start', '1 tool-end'],
    ],
    [
      'does not end with the last batch of a replaced process',
      [
        batchJson({}, 'step-start'),
        batchJson({ attempt: 'b' }, 'step-start'),
        batchJson({ batch: 1, isOver: true }),
        batchJson({ attempt: 'b', batch: 1 }, 'tool-end'),
      ],
      ['1 step-start', 'reset 1', '1 step-start', '1 tool-end'],
    ],
    [
      'resets a step whose first batches were missed',
      [
        batchJson({ batch: 7, step: 3 }, 'tool-start'),
        batchJson({ attempt: 'b', began: 9, step: 3 }, 'step-start', 'tool-start'),
        batchJson({ attempt: 'b', batch: 1, step: 4 }, 'step-start'),
      ],
      ['missed', '3 tool-start', 'reset 3', '3 step-start', '3 tool-start', '4 step-start'],
    ],
    [
      'ignores invalid messages and messages of other runs',
      [
        '',
        'null',
        '[]',
        '{"head":{"runId":"r"},"events":[]}',
        batchJson({ runId: 'x' }, 'tool-end'),
        '{"head":7,"events":1}',
      ],
      [],
    ],
  ])('%s', async (_name, texts, expected) => {
    expect(await receive(...texts)).toEqual(expected);
  });

  it.each<readonly [string, object]>([
    ['a model event without its event', { type: 'model' }],
    ['a model event that is a string', { type: 'model', event: 'start' }],
    ['a step without its response', { type: 'step-end' }],
    ['a step without its attempts', { type: 'step-end', response: {} }],
    ['a step whose attempts are not a list', { type: 'step-end', response: { attempts: 7 } }],
    ['a step whose attempt is not an object', { type: 'step-end', response: { attempts: [null] } }],
  ])('ignores %s', async (_name, event) => {
    const events = [event, { type: 'tool-start' }];
    expect(await receive(JSON.stringify({ head, events }))).toEqual(['1 tool-start']);
  });

  it.each<readonly [string, unknown]>([
    ['a list of attempts that is not a list', { kind: 'server', message: 'down', details: {}, attempts: 7 }],
    ['an attempt that is not an object', { kind: 'server', message: 'down', details: {}, attempts: [null] }],
  ])('reads an error with %s', async (_name, error) => {
    const events = [{ type: 'model', event: { type: 'reset', error } }];
    expect(await receive(JSON.stringify({ head, events }))).toEqual(['1 reset']);
  });

  it('rejects after an abort, and unsubscribes', async () => {
    const controller = new AbortController();
    let unsubscribed = 0;
    const channel: RunChannel = {
      publish: async () => undefined,
      subscribe: async () => () => ++unsubscribed,
    };
    const events = await watchRun(channel, 'r', { signal: controller.signal });
    const watched = readAll(events);
    controller.abort('enough');
    await expect(watched).rejects.toMatchObject({ kind: 'aborted', cause: 'enough' });
    expect(unsubscribed).toBe(1);
  });

  it('rejects after an abort between two events of a batch', async () => {
    const { channel } = memoryChannel();
    const controller = new AbortController();
    const events = (await watchRun(channel, 'r', { signal: controller.signal }))[Symbol.asyncIterator]();
    await channel.publish('r', batchJson({}, 'tool-start', 'tool-end'));
    expect((await events.next()).value).toMatchObject({ event: { type: 'tool-start' } });
    controller.abort('enough');
    await expect(events.next()).rejects.toMatchObject({ kind: 'aborted', cause: 'enough' });
  });

  it('rejects after the received events if the subscription ends', async () => {
    const failing: RunChannel = {
      publish: async () => undefined,
      subscribe: async (_runId, deliver, isOver) => {
        deliver(batchJson({}, 'tool-start'));
        isOver(new Error('no such table'));
        return () => undefined;
      },
    };
    const events = (await watchRun(failing, 'r'))[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: 'event' });
    await expect(events.next()).rejects.toMatchObject({
      kind: 'network',
      message: 'run "r" can no longer be watched: no such table',
    });
  });

  it('ends if `over` settles, although the last batch was lost', async () => {
    const { channel } = memoryChannel();
    const clock = fakeClock();
    const watched = readAll(
      await watchRun(channel, 'r', { over: () => Promise.reject(new Error('it failed')), clock }),
    );
    await channel.publish('r', batchJson({}, 'tool-start'));
    await clock.advance(500);
    expect(summaries(await watched)).toEqual(['1 tool-start']);
  });

  it('buffers a limited number of events for a slow reader', async () => {
    const { channel } = memoryChannel();
    const events = await watchRun(channel, 'r');
    for (let batch = 0; batch < 1500; batch++) await channel.publish('r', batchJson({ batch }, 'tool-start'));
    await channel.publish('r', batchJson({ batch: 1500, isOver: true }));
    const received = summaries(await readAll(events));
    expect([received[0], received.length < 1024]).toEqual(['missed', true]);
  });

  it('buffers a limited number of characters for a slow reader', async () => {
    const { channel } = memoryChannel();
    const events = await watchRun(channel, 'r');
    const long = `t${'x'.repeat(1_000_000)}`;
    for (let batch = 0; batch < 40; batch++) await channel.publish('r', batchJson({ batch }, long));
    await channel.publish('r', batchJson({ batch: 40, isOver: true }));
    const received = await readAll(events);
    expect([received[0]?.type, received.length < 18]).toEqual(['missed', true]);
  });

  it('unsubscribes if the reader stops', async () => {
    let unsubscribed = 0;
    let deliver: (text: string) => void = () => undefined;
    const channel: RunChannel = {
      publish: async () => undefined,
      subscribe: async (_runId, listener) => {
        deliver = listener;
        return () => ++unsubscribed;
      },
    };
    const events = await watchRun(channel, 'r');
    deliver(batchJson({}, 'tool-start', 'tool-end'));
    for await (const item of events) if (item.type === 'event') break;
    expect(unsubscribed).toBe(1);
  });
});
