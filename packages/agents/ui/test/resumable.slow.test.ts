import { createAgent, type Agent, type AgentEvent } from '@majordomo/agent';
import { systemClock, user, type Clock, type StreamEvent } from '@majordomo/core';
import { fakeClock, type Turn } from '@majordomo/testing';
import { deferred } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createResumableStreams, type UiEnd, type UiMessage } from '../src/index.ts';
import { gate } from './support/gate.ts';
import { memoryChannel } from './support/memory-channel.ts';
import { openPage, textOf, type Page, type Version, VERSIONS } from './support/page.ts';
import { resumableServer } from './support/resumable-server.ts';
import { readUntil, readToEnd, silentVendor } from './support/silent-vendor.ts';
import { agentOf, chain, chunksOf, textOfChunks, tool } from './support/world.ts';

const chatRequest = { messages: [user('hi')] };
const weather = tool('weather', ({ city }) => ({ city, degrees: 21 }));
const POLLING = { interval: 2, timeout: 30_000 };
const ANSWER = 'One moment.It is 21 degrees.';

const twoSteps: readonly Turn[] = [
  {
    reasoning: 'A city.',
    text: 'One moment.',
    toolCalls: [{ id: 'c1', name: 'weather', args: { city: 'Oslo' } }],
  },
  { text: 'It is 21 degrees.', chunks: 4, citations: [{ url: 'https://example.org/a' }] },
];
const createWeatherAgent = (): Agent => agentOf([weather], twoSteps);

/** Streams 100 deltas of 50 characters, slowly enough that a reader can read each of them. */
async function* longAnswer(): AsyncGenerator<AgentEvent> {
  const model = (event: StreamEvent): AgentEvent => ({ type: 'model', event });
  yield { type: 'step-start', step: 1 };
  yield model({ type: 'part-start', index: 0, part: { type: 'text' } });
  for (let eventNumber = 0; eventNumber < 100; eventNumber++) {
    yield model({ type: 'text-delta', index: 0, text: 'word '.repeat(10) });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Returns the number of events and the message of a response without an interruption. */
async function expectedResponse(version: Version): Promise<{ events: number; last: UiMessage }> {
  let events = 0;
  for await (const _ of createWeatherAgent().stream('hi')) events++;
  const page = openPage(version, resumableServer(version, createWeatherAgent()).fetch);
  await page.chat.sendMessage({ text: 'hi' });
  return { events, last: page.last() };
}

function expectOneAnswer(page: Page, expected: UiMessage): void {
  expect(page.chat).toMatchObject({ status: 'ready', error: undefined });
  expect(page.chat.messages).toHaveLength(2);
  expect(page.last().id).toBe('answer');
  expect(page.last().parts).toEqual(expected.parts);
  expect(page.screens.filter((screen) => !ANSWER.startsWith(screen))).toEqual([]);
}

describe.each(VERSIONS)('a page of version %i', (version) => {
  it('shows the response once, whichever event precedes a reload', async () => {
    const { events, last } = await expectedResponse(version);
    expect(events).toBeGreaterThan(15);
    for (let eventNumber = 0; eventNumber < events; eventNumber++) {
      const server = resumableServer(version, createWeatherAgent(), [eventNumber]);
      const page = openPage(version, server.fetch);
      const sending = page.chat.sendMessage({ text: 'hi' });
      await expect.poll(() => server.gates.length, POLLING).toBe(1);
      await server.gates[0]?.reached;
      const reloaded = openPage(version, server.fetch, { messages: page.chat.messages.slice(0, 1) });
      await page.chat.stop();
      const resuming = reloaded.chat.resumeStream();
      server.gates[0]?.open();
      await Promise.all([sending, resuming]);
      expectOneAnswer(reloaded, last);
    }
  });
});

describe.each([6, 7] as const)('a page of version %i', (version) => {
  it('shows the response once, whichever event precedes the loss of its connection', async () => {
    const { events, last } = await expectedResponse(version);
    for (let eventNumber = 1; eventNumber < events; eventNumber++) {
      const server = resumableServer(version, createWeatherAgent(), [eventNumber]);
      const page = openPage(version, server.fetch);
      const sending = page.chat.sendMessage({ text: 'hi' });
      await expect.poll(() => server.gates.length, POLLING).toBe(1);
      await server.gates[0]?.reached;
      server.breakConnection();
      await sending;
      expect(page.chat.status).toBe('error');
      const resuming = page.chat.resumeStream();
      server.gates[0]?.open();
      await resuming;
      expectOneAnswer(page, last);
    }
  });

  it('shows a continued message completely, whichever event precedes a reload', async () => {
    const calls = [
      { id: 'c1', name: 'pay', args: { eur: 5 } },
      { id: 'c2', name: 'weather', args: { city: 'Oslo' } },
    ];
    const createPaymentAgent = (): Agent =>
      agentOf(
        [tool('pay', () => 'paid', { approval: true }), weather],
        [
          { text: 'I pay.', toolCalls: calls },
          { text: 'Done.', chunks: 2 },
        ],
      );
    const approve = async (page: Page): Promise<void> => {
      const part = page.parts().find(({ state }) => state === 'approval-requested');
      await page.chat.addToolApprovalResponse({
        id: (part?.['approval'] as { id: string }).id,
        approved: true,
      });
    };
    const completePage = openPage(version, resumableServer(version, createPaymentAgent()).fetch);
    await completePage.chat.sendMessage({ text: 'hi' });
    await approve(completePage);
    await expect.poll(() => textOf(completePage.last())).toBe('I pay.Done.');
    await expect.poll(() => completePage.chat.status).toBe('ready');
    for (let eventNumber = 0; eventNumber < 8; eventNumber++) {
      const server = resumableServer(version, createPaymentAgent(), [Infinity, eventNumber]);
      const page = openPage(version, server.fetch);
      await page.chat.sendMessage({ text: 'hi' });
      await approve(page);
      await expect.poll(() => server.gates.length, POLLING).toBe(2);
      await server.gates[1]?.reached;
      const reloaded = openPage(version, server.fetch, { messages: structuredClone(page.chat.messages) });
      const resuming = reloaded.chat.resumeStream();
      server.gates[1]?.open();
      await resuming;
      expect(reloaded.chat).toMatchObject({ status: 'ready', error: undefined });
      expect(reloaded.last().id).toBe(page.last().id);
      const withoutApprovals = (message: UiMessage): unknown =>
        (message.parts as object[]).map((part) => ({ ...part, approval: undefined }));
      expect(withoutApprovals(reloaded.last())).toEqual(withoutApprovals(completePage.last()));
    }
  });
});

describe('resume', () => {
  it('returns 204 without a response', async () => {
    const streams = createResumableStreams();
    expect((await streams.resume('chat')).status).toBe(204);
    expect(await streams.stop('chat')).toBe(false);
  });

  it('replays a response for `keepMs` after its end', async () => {
    const clock = fakeClock();
    const streams = createResumableStreams({ keepMs: 1_000, clock });
    const first = await chunksOf(
      streams.start('chat', createWeatherAgent().stream('hi'), { messageId: 'a' }),
    );
    await clock.advance(999);
    const replay = await streams.resume('chat');
    expect(replay.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    expect(textOfChunks(await chunksOf(replay))).toBe(textOfChunks(first));
    expect(await streams.stop('chat')).toBe(false);
    await clock.advance(1);
    expect((await streams.resume('chat')).status).toBe(204);
  });

  it('joins the deltas of a part', async () => {
    const streams = createResumableStreams();
    const text = 'word '.repeat(400);
    const turn = { reasoning: 'Hm.', text, chunks: 1 };
    await streams.start('chat', chain([turn]).model.stream(chatRequest)).text();
    const replay = await chunksOf(await streams.resume('chat'));
    expect(replay.length).toBeLessThanOrEqual(12);
    expect(replay.find(({ type }) => type === 'text-delta')?.['delta']).toBe(text);
  });

  it('omits content that a reset removed', async () => {
    const streams = createResumableStreams();
    const { model } = chain([{ fail: 'network', after: 'It rains' }], ['Sunny.']);
    const chunks = await chunksOf(
      streams.start('chat', model.stream(chatRequest, { afterCommit: 'restart' })),
    );
    const replay = await chunksOf(await streams.resume('chat'));
    expect(chunks.map(({ type }) => type)).toContain('reset-step');
    expect(replay.map(({ type }) => type)).not.toContain('reset-step');
    expect(JSON.stringify(replay)).not.toContain('rains');
    expect(JSON.stringify(replay)).toContain('Sunny.');
  });

  it('returns 204 for a response that is longer than `maxChars`, which still ends normally', async () => {
    const streams = createResumableStreams({ maxChars: 2_000 });
    const chunks = await chunksOf(streams.start('chat', longAnswer()));
    expect(textOfChunks(chunks)).toHaveLength(5_000);
    expect(chunks.at(-1)?.type).toBe('finish');
    expect((await streams.resume('chat')).status).toBe(204);
  });

  it('ends a reader with an error if its unread content exceeds `maxChars`', async () => {
    const ended = deferred<UiEnd>();
    const streams = createResumableStreams({ maxChars: 2_000 });
    const response = streams.start('chat', longAnswer(), { onEnd: ended.resolve });
    expect((await ended.promise).outcome).toBe('finished');
    expect(await chunksOf(response)).toMatchObject([{ type: 'error' }]);
  });
});

describe('a response without readers', () => {
  it('ends and is stored', async () => {
    const ends: UiEnd[] = [];
    const streams = createResumableStreams();
    const response = streams.start('chat', createWeatherAgent().stream('hi'), {
      onEnd: (end) => void ends.push(end),
    });
    await response.body?.cancel();
    await expect.poll(() => ends.length, POLLING).toBe(1);
    expect(ends).toMatchObject([{ outcome: 'finished', messages: [{}, {}, {}, { role: 'assistant' }] }]);
  });

  it('ends although a reader does not read, and all readers receive the same text', async () => {
    const ended = deferred<UiEnd>();
    const streams = createResumableStreams();
    const unreadResponse = streams.start('chat', createWeatherAgent().stream('hi'), { onEnd: ended.resolve });
    const pendingReplay = chunksOf(await streams.resume('chat'));
    expect((await ended.promise).outcome).toBe('finished');
    expect(textOfChunks(await chunksOf(unreadResponse))).toBe(textOfChunks(await pendingReplay));
  });

  it('is stopped after `disconnectMs`', async () => {
    await using vendor = await silentVendor();
    const clock = fakeClock();
    const ends: UiEnd[] = [];
    const streams = createResumableStreams({ disconnectMs: 1_000, clock });
    const controller = new AbortController();
    const response = streams.start('chat', vendor.model.stream(chatRequest), {
      signal: controller.signal,
      onEnd: (end) => void ends.push(end),
    });
    await readUntil(response, 'Once');
    controller.abort();
    await clock.advance(999);
    const returned = await readUntil(await streams.resume('chat'), 'Once');
    await clock.advance(2_000);
    expect(ends).toEqual([]);
    await returned.cancel();
    await clock.advance(1_000);
    await vendor.closed;
    await expect.poll(() => ends.length, POLLING).toBe(1);
    expect(ends).toMatchObject([{ outcome: 'stopped', messages: [{ parts: [{ text: 'Once' }] }] }]);
  });

  it('is stopped at once with a `disconnectMs` of 0', async () => {
    await using vendor = await silentVendor();
    const streams = createResumableStreams({ disconnectMs: 0 });
    const reader = await readUntil(streams.start('chat', vendor.model.stream(chatRequest)), 'Once');
    await reader.cancel();
    await vendor.closed;
  });
});

describe('stop', () => {
  it('resolves after the connection to the vendor has closed and `onEnd` has settled, and readers receive an abort', async () => {
    await using vendor = await silentVendor();
    const order: string[] = [];
    const streams = createResumableStreams();
    const onEnd = async ({ outcome }: UiEnd): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(outcome);
    };
    const pendingChunks = chunksOf(streams.start('chat', vendor.model.stream(chatRequest), { onEnd }));
    const resumed = await readUntil(await streams.resume('chat'), 'Once');
    expect(await streams.stop('chat')).toBe(true);
    order.push('stop');
    await vendor.closed;
    expect((await pendingChunks).at(-1)?.type).toBe('abort');
    expect(await readToEnd(resumed)).toContain('"abort"');
    expect(order).toEqual(['stopped', 'stop']);
    expect(await streams.stop('chat')).toBe(false);
  });

  it('aborts the signal of a tool', async () => {
    const started = deferred<AbortSignal>();
    const unreadResponse = tool('slow', (_args, { signal }) => {
      started.resolve(signal);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    const agent = agentOf(
      [unreadResponse],
      [{ text: 'Wait.', toolCalls: [{ id: 'c1', name: 'slow', args: {} }] }],
    );
    const ends: UiEnd[] = [];
    const streams = createResumableStreams();
    const pendingChunks = chunksOf(
      streams.start('chat', agent.stream('hi'), { onEnd: (end) => void ends.push(end) }),
    );
    const signal = await started.promise;
    expect(await streams.stop('chat')).toBe(true);
    expect(signal.aborted).toBe(true);
    expect((await pendingChunks).at(-1)?.type).toBe('abort');
    expect(ends[0]).toMatchObject({
      outcome: 'stopped',
      messages: [{}, { parts: [{ text: 'Wait.' }, {}] }, {}],
    });
  });
});

describe('a newer response of a chat', () => {
  it('stops the older response, whose `onEnd` settles first', async () => {
    await using vendor = await silentVendor();
    const order: string[] = [];
    const streams = createResumableStreams();
    const onEnd = (name: string) => async (end: UiEnd) => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ${end.outcome}`);
    };
    const older = chunksOf(
      streams.start('chat', vendor.model.stream(chatRequest), { onEnd: onEnd('older') }),
    );
    const newer = chunksOf(
      streams.start('chat', chain(['Hello.']).model.stream(chatRequest), {
        onEnd: onEnd('newer'),
        messageId: 'newer',
      }),
    );
    expect((await older).at(-1)?.type).toBe('abort');
    expect((await newer).at(-1)?.type).toBe('finish');
    expect(order).toEqual(['older stopped', 'newer finished']);
    expect((await chunksOf(await streams.resume('chat')))[0]).toEqual({ type: 'start', messageId: 'newer' });
  });
});

describe('the registry', () => {
  it('stops all responses when it is closed, and starts none afterwards', async () => {
    await using vendor = await silentVendor();
    const ends: UiEnd[] = [];
    const streams = createResumableStreams();
    for (const id of ['a', 'b'])
      streams.start(id, createAgent({ model: vendor.model }).stream('hi'), {
        onEnd: (end) => void ends.push(end),
      });
    await streams.close();
    expect(ends.map(({ outcome }) => outcome)).toEqual(['stopped', 'stopped']);
    expect(() => streams.start('c', createWeatherAgent().stream('hi'))).toThrow(
      expect.objectContaining({ kind: 'config' }) as Error,
    );
  });

  it('rejects an empty id', async () => {
    const streams = createResumableStreams();
    const invalid = { kind: 'invalid-request', details: { path: 'chatId' } };
    await expect(async () => streams.start('', createWeatherAgent().stream('hi'))).rejects.toMatchObject(
      invalid,
    );
    await expect(streams.resume('')).rejects.toMatchObject(invalid);
    await expect(streams.stop('')).rejects.toMatchObject(invalid);
  });

  it.each(['__proto__', 'a/b?c#d', ' ', '\ud800', '["ui","x"]'])('accepts the id %j', async (id) => {
    const streams = createResumableStreams();
    await streams.start(id, chain(['Hello.']).model.stream(chatRequest)).text();
    expect(await (await streams.resume(id)).text()).toContain('Hello.');
  });

  it('sets no timer that keeps the process alive', async () => {
    const inBackground: boolean[] = [];
    const clock: Clock = {
      ...systemClock,
      timer(ms, run, { isBackground = false } = {}) {
        inBackground.push(isBackground);
        return systemClock.timer(ms, run, { isBackground: true });
      },
    };
    const channel = memoryChannel();
    const [streams, otherProcess] = [0, 1].map(() => createResumableStreams({ clock, channel, keepMs: 1 }));
    const waiting = gate(createWeatherAgent().stream('hi'), 5);
    const response = streams?.start('chat', waiting.events);
    await response?.body?.cancel();
    const resumed = await otherProcess?.resume('chat');
    await resumed?.body?.cancel();
    expect(await otherProcess?.stop('chat')).toBe(true);
    expect(inBackground.length).toBeGreaterThan(4);
    expect(inBackground).not.toContain(false);
  });

  it('rejects an invalid option', () => {
    expect(() => createResumableStreams({ keepMs: -1 })).toThrow(
      expect.objectContaining({ kind: 'config' }) as Error,
    );
  });
});
