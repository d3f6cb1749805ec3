import { createMajordomo, LlmError, type Clock, type JsonValue } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
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

/** An engine that keeps what steps gave; `dieIn`: the first time, before it keeps it. */
function engine(dieIn?: string): RunJournal {
  const kept = new Map<string, unknown>();
  let lives = 0;
  const step = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
    if (!kept.has(name)) {
      const value = await effect();
      if (name === dieIn && ++lives === 1) throw new Error('the process died');
      kept.set(name, value);
    }
    return kept.get(name) as T;
  };
  return { ...journalOver({ step }), toEngineError: (error) => error };
}

const run = (agent: Agent, io: RunJournaledIo, journal = engine()): Promise<JsonValue> =>
  runJournaled(agent, 'go', journal, io);

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const heard: RunEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

/** Events as text: `1 step-start`, `reset 1`, `missed`. */
const words = (events: readonly RunEvent[]): string[] =>
  events.map((told) => {
    if (told.type !== 'event') return told.type === 'reset' ? `reset ${told.step}` : told.type;
    const event = told.event.type === 'model' ? told.event.event : told.event;
    return `${told.step} ${event.type === 'text-delta' ? event.text : event.type}`;
  });

/** Events of a step with this text only. */
const stepOf = (step: number, ...texts: readonly string[]): string[] =>
  ['step-start', 'start', 'part-start', ...texts, 'part-end', 'finish', 'step-end'].map(
    (what) => `${step} ${what}`,
  );

describe('a run that is watched from elsewhere', () => {
  it('tells what it tells here, by step, and then ends', async () => {
    const { channel } = memoryChannel();
    const { agent } = world([call('look', {}, 'Hm.'), 'Done.'], { tools: [plain('look', () => [image])] });
    const here: unknown[] = [];
    const watched = all(await watchRun(channel, 'r'));
    await run(agent, { channel, onEvent: (event) => void here.push(event) });
    const heard = await watched;
    expect(heard.map((told) => told.type === 'event' && told.event)).toEqual(here);
    expect(words(heard).slice(-8)).toEqual(['1 step-end', ...stepOf(2, 'Done.')]);
  });

  it('goes in batches of 50 ms, and none waits when its step ends', async () => {
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

  it('takes back what a process told of a step that it did not live to record', async () => {
    const { channel } = memoryChannel();
    const { agent } = world([call('look'), 'Half an ans', 'Done.'], { tools: [plain('look', () => 'seen')] });
    const journal = engine('ask 2');
    const watched = all(await watchRun(channel, 'r'));
    await expect(run(agent, { channel }, journal)).rejects.toThrow('the process died');
    await run(agent, { channel }, journal);
    const heard = await watched;
    expect(words(heard).slice(-15)).toEqual([...stepOf(2, 'Half an ans'), 'reset 2', ...stepOf(2, 'Done.')]);
    const lives = heard.map((told) => (told.type === 'event' ? told.attempt : undefined)).filter(Boolean);
    expect(new Set(lives).size).toBe(2);
  });

  it('brings errors with what is known of them, and without their causes', async () => {
    const { channel, texts } = memoryChannel();
    const { agent } = world(
      [{ fail: 'server', after: 'half', status: 503 }, 'Done.'],
      {},
      {
        chain: { attempts: 2, afterCommit: 'restart', backoff: { baseMs: 0 } },
      },
    );
    const watched = all(await watchRun(channel, 'r'));
    await run(agent, { channel });
    const errors = (await watched).flatMap((told) => {
      if (told.type !== 'event') return [];
      const { event } = told;
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

  it('ends for those who watch when it fails', async () => {
    const { channel } = memoryChannel();
    const { agent } = world([{ fail: 'auth', after: 'half' }]);
    const watched = all(await watchRun(channel, 'r'));
    await expect(run(agent, { channel })).rejects.toSatisfy(RunError.is);
    expect(words(await watched)).toEqual(['1 step-start', '1 start', '1 part-start', '1 half']);
  });
});

describe('a channel that fails', () => {
  const noWay: RunChannel['subscribe'] = async () => () => undefined;
  const warningsOf = (result: JsonValue): RunState['warnings'] =>
    (result as unknown as { readonly state: RunState }).state.warnings;

  it.each<readonly [string, () => Promise<unknown>, RegExp]>([
    ['refuses', () => Promise.reject(new Error('Redis is not connected')), /Redis is not connected/],
    ['never answers', () => new Promise(() => undefined), /within 250 ms/],
    ['throws', () => expect.unreachable('a bug'), /a bug/],
  ])('and %s costs the run one warning, and no more than a moment', async (_what, publish, why) => {
    const clock = fakeClock();
    const { agent } = world([call('look'), call('look'), 'Done.'], { tools: [plain('look', () => 'seen')] });
    const running = run(agent, { channel: { publish, subscribe: noWay }, clock });
    // Once for the first step, and once for the end.
    await clock.advance(500);
    const { state } = (await running) as unknown as { readonly state: RunState };
    expect([state.done, warningsOf({ state } as never)]).toEqual([
      'answered',
      [{ action: 'dropped', what: 'channel', why: expect.stringMatching(why) }],
    ]);
  });

  it.each<readonly [string, number, (clock: Clock) => Promise<unknown>]>([
    ['never answers', 20, () => new Promise(() => undefined)],
    [
      'is slow',
      30,
      (clock) =>
        new Promise<void>((resolve) => {
          clock.timer(200, resolve, true);
        }),
    ],
  ])(
    'and %s holds a step back for 250 ms at most, whatever waits to be told',
    async (_what, everyMs, take) => {
      const clock = fakeClock();
      const chunks = Array.from({ length: 12 }, (_, at) => `${at}`);
      const provider = fakeProvider({
        id: 'f',
        models: { m: [{ text: chunks.join(''), chunks, everyMs }] },
        clock,
      });
      const agent = createAgent({ model: createMajordomo({ providers: [provider], clock }).model('f/m') });
      let [ended, kept] = [0, 0];
      const journal: RunJournal = {
        ...journalOver({
          async step(name, effect) {
            const value = await effect();
            if (name.startsWith('ask')) kept = clock.now();
            return value;
          },
        }),
        toEngineError: (error) => error,
      };
      const running = run(
        agent,
        {
          channel: { publish: () => take(clock), subscribe: noWay },
          clock,
          onEvent(event) {
            if (event.type === 'step-end') ended = clock.now();
          },
        },
        journal,
      );
      for (let times = 0; times < 150; times++) await clock.advance(10);
      await running;
      expect(kept - ended).toBeLessThanOrEqual(250);
    },
  );

  it('says that something is missing, and what comes after it is heard', async () => {
    const { channel, texts } = memoryChannel();
    let published = 0;
    const lossy: RunChannel = {
      ...channel,
      publish: (runId, text) =>
        ++published === 2 ? Promise.reject(new Error('cut')) : channel.publish(runId, text),
    };
    const { agent } = world([call('look'), 'Done.'], { tools: [plain('look', () => 'seen')] });
    const watched = all(await watchRun(channel, 'r'));
    await run(agent, { channel: lossy });
    const heard = words(await watched);
    expect(heard.slice(heard.indexOf('missed'))).toEqual(['missed', ...stepOf(2, 'Done.')]);
    expect(texts).toHaveLength(published - 1);
  });

  it('loses what is too large for it, and nothing else', async () => {
    const { channel, texts } = memoryChannel();
    const large = { ...image, bytes: new Uint8Array(2_000_000) };
    const { agent } = world([call('look'), 'Done.'], { tools: [plain('look', () => [large])] });
    const watched = all(await watchRun(channel, 'r'));
    await run(agent, { channel });
    const heard = words(await watched);
    expect([heard.includes('missed'), heard.slice(-7)]).toEqual([true, stepOf(2, 'Done.')]);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(1_100_000);
  });
});

describe('watching', () => {
  const head = { runId: 'r', attempt: 'a', began: 1, batch: 0, step: 1, isOver: false };
  const text = (more: Partial<typeof head>, ...types: readonly string[]): string =>
    JSON.stringify({
      head: { ...head, ...more },
      events: types.map((type) => ({ type, step: more.step ?? 1 })),
    });
  const heardOf = async (...texts: readonly string[]): Promise<string[]> => {
    const { channel } = memoryChannel();
    const watched = all(await watchRun(channel, 'r'));
    for (const one of [...texts, text({ attempt: 'last', batch: 0, isOver: true })])
      await channel.publish('r', one);
    return words(await watched);
  };

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['joins late', [text({ batch: 7 }, 'tool-start')], ['missed', '1 tool-start']],
    ['hears nothing twice', [text({}, 'tool-start'), text({}, 'tool-start')], ['1 tool-start']],
    [
      'leaves out a process that was thought dead and goes on',
      [text({}, 'step-start'), text({ attempt: 'b' }, 'step-start'), text({ batch: 1 }, 'tool-end')],
      ['1 step-start', 'reset 1', '1 step-start'],
    ],
    [
      'leaves it out also when it was not heard before',
      [
        text({ attempt: 'b', began: 9 }, 'step-start'),
        text({ batch: 5 }, 'tool-end'),
        text({ batch: 6 }, 'tool-end'),
      ],
      ['1 step-start'],
    ],
    [
      'takes a later life of which it has missed the beginning',
      [text({}, 'step-start'), text({ attempt: 'b', began: 9, batch: 2 }, 'tool-end')],
      ['1 step-start', 'missed', '1 tool-end'],
    ],
    [
      'goes by what it hears where a clock is behind',
      [text({ began: 9 }, 'step-start'), text({ attempt: 'b', began: 2 }, 'tool-start')],
      ['1 step-start', '1 tool-start'],
    ],
    [
      'does not end with the last word of a process that was thought dead',
      [
        text({}, 'step-start'),
        text({ attempt: 'b' }, 'step-start'),
        text({ batch: 1, isOver: true }),
        text({ attempt: 'b', batch: 1 }, 'tool-end'),
      ],
      ['1 step-start', 'reset 1', '1 step-start', '1 tool-end'],
    ],
    [
      'takes back a step of which it has missed the beginning',
      [
        text({ batch: 7, step: 3 }, 'tool-start'),
        text({ attempt: 'b', began: 9, step: 3 }, 'step-start', 'tool-start'),
        text({ attempt: 'b', batch: 1, step: 4 }, 'step-start'),
      ],
      ['missed', '3 tool-start', 'reset 3', '3 step-start', '3 tool-start', '4 step-start'],
    ],
    [
      'passes over what nobody of us has said',
      [
        '',
        'null',
        '[]',
        '{"head":{"runId":"r"},"events":[]}',
        text({ runId: 'x' }, 'tool-end'),
        '{"head":7,"events":1}',
      ],
      [],
    ],
  ])('%s', async (_what, texts, heard) => {
    expect(await heardOf(...texts)).toEqual(heard);
  });

  it('ends by a signal, and leaves the channel', async () => {
    const controller = new AbortController();
    let left = 0;
    const channel: RunChannel = { publish: async () => undefined, subscribe: async () => () => ++left };
    const events = await watchRun(channel, 'r', { signal: controller.signal });
    const watched = all(events);
    controller.abort('enough');
    await expect(watched).rejects.toMatchObject({ kind: 'aborted', cause: 'enough' });
    expect(left).toBe(1);
  });

  it('rejects where the channel can hear nothing more, behind what it has heard', async () => {
    const failing: RunChannel = {
      publish: async () => undefined,
      subscribe: async (_runId, hear, isOver) => {
        hear(text({}, 'tool-start'));
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

  it('ends when the run is known to be over, though the last word was lost', async () => {
    const { channel } = memoryChannel();
    const clock = fakeClock();
    const watched = all(
      await watchRun(channel, 'r', { over: () => Promise.reject(new Error('it failed')), clock }),
    );
    await channel.publish('r', text({}, 'tool-start'));
    await clock.advance(500);
    expect(words(await watched)).toEqual(['1 tool-start']);
  });

  it('keeps no more than so much for a reader who is slow', async () => {
    const { channel } = memoryChannel();
    const events = await watchRun(channel, 'r');
    for (let batch = 0; batch < 1500; batch++) await channel.publish('r', text({ batch }, 'tool-start'));
    await channel.publish('r', text({ batch: 1500, isOver: true }));
    const heard = words(await all(events));
    expect([heard[0], heard.length < 1024]).toEqual(['missed', true]);
  });

  it('keeps no more than so many characters for a reader who is slow', async () => {
    const { channel } = memoryChannel();
    const events = await watchRun(channel, 'r');
    const long = `t${'x'.repeat(1_000_000)}`;
    for (let batch = 0; batch < 40; batch++) await channel.publish('r', text({ batch }, long));
    await channel.publish('r', text({ batch: 40, isOver: true }));
    const heard = await all(events);
    expect([heard[0]?.type, heard.length < 18]).toEqual(['missed', true]);
  });

  it('ends with a reader who leaves', async () => {
    let left = 0;
    let hear: (text: string) => void = () => undefined;
    const channel: RunChannel = {
      publish: async () => undefined,
      subscribe: async (_runId, listener) => {
        hear = listener;
        return () => ++left;
      },
    };
    const events = await watchRun(channel, 'r');
    hear(text({}, 'tool-start', 'tool-end'));
    for await (const told of events) if (told.type === 'event') break;
    expect(left).toBe(1);
  });
});
