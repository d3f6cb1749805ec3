import type { RunChannel } from '@majordomo/agent/durable';
import { user } from '@majordomo/core';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import { deferred } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createResumableStreams, type ResumableStreams, type UiEnd } from '../src/index.ts';
import { gate, type Gate } from './support/gate.ts';
import { memoryChannel, slowChannel, type MemoryChannel } from './support/memory-channel.ts';
import { openPage } from './support/page.ts';
import { resumableServer } from './support/resumable-server.ts';
import { readUntil, readToEnd, silentVendor } from './support/silent-vendor.ts';
import { agentOf, chunksOf, textOfChunks } from './support/world.ts';

const POLLING = { interval: 2, timeout: 30_000 };
const chatRequest = { messages: [user('hi')] };
const createSunnyAgent = () => agentOf([], [{ text: 'It is sunny today.', chunks: 3 }]);

interface Processes {
  readonly channel: MemoryChannel;
  readonly clock: FakeClock;
  readonly writer: ResumableStreams;
  readonly reader: ResumableStreams;
}

function twoProcesses(options: { disconnectMs?: number } = {}): Processes {
  const channel = memoryChannel();
  const clock = fakeClock();
  const create = (): ResumableStreams => createResumableStreams({ channel, clock, ...options });
  return { channel, clock, writer: create(), reader: create() };
}

/** Starts a response that waits before the event with this number, until the test calls `open`. */
async function startGatedResponse(
  { writer, clock }: Processes,
  eventNumber: number,
): Promise<Gate & { response: Response }> {
  const responseGate = gate(createSunnyAgent().stream('hi'), eventNumber);
  const response = writer.start('chat', responseGate.events, { messageId: 'answer' });
  await responseGate.reached;
  await clock.advance(0);
  return { ...responseGate, response };
}

/** Advances the clock, and returns the result of a promise that waits for a timer. */
async function advanceAndAwait<T>(promise: Promise<T>, clock: FakeClock, ms: number): Promise<T> {
  await clock.advance(ms);
  return promise;
}

describe('a page whose reload reaches another process', () => {
  it('shows the response once, whichever event precedes the reload', async () => {
    for (let eventNumber = 0; eventNumber < 12; eventNumber++) {
      const { writer, reader } = twoProcesses();
      const server = resumableServer(7, createSunnyAgent(), [eventNumber], writer, reader);
      const page = openPage(7, server.fetch);
      const sending = page.chat.sendMessage({ text: 'hi' });
      await expect.poll(() => server.gates.length, POLLING).toBe(1);
      await server.gates[0]?.reached;
      const reloaded = openPage(7, server.fetch, { messages: page.chat.messages.slice(0, 1) });
      const resumed = reloaded.chat.resumeStream();
      server.gates[0]?.open();
      await Promise.all([sending, resumed]);
      expect(reloaded.chat).toMatchObject({ status: 'ready', error: undefined });
      expect(reloaded.last()).toMatchObject({ id: 'answer' });
      expect(reloaded.parts()).toEqual(page.parts());
      expect(reloaded.screens.filter((screen) => !'It is sunny today.'.startsWith(screen))).toEqual([]);
    }
  });

  it('receives a response that has ended', async () => {
    const { writer, reader } = twoProcesses();
    const chunks = await chunksOf(writer.start('chat', createSunnyAgent().stream('hi')));
    expect(textOfChunks(await chunksOf(await reader.resume('chat')))).toBe(textOfChunks(chunks));
  });

  it('receives 204 within 2 s if no process has a response', async () => {
    const { reader, clock } = twoProcesses();
    expect((await advanceAndAwait(reader.resume('chat'), clock, 2_000)).status).toBe(204);
    expect(await advanceAndAwait(reader.stop('chat'), clock, 2_000)).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('receives a response whose process subscribes after the request', async () => {
    const { writer, reader, clock } = twoProcesses();
    const resumed = reader.resume('chat');
    await clock.advance(100);
    const pendingChunks = chunksOf(writer.start('chat', createSunnyAgent().stream('hi')));
    expect(textOfChunks(await chunksOf(await resumed))).toBe(textOfChunks(await pendingChunks));
  });
});

describe('a page that names its request', () => {
  const start = (process: ResumableStreams, requestId: string): Response =>
    process.start('chat', createSunnyAgent().stream('hi'), {
      messageId: `answer to ${requestId}`,
      requestId,
    });

  it('receives the newer response, although the process that it asks knows only the earlier one', async () => {
    const { channel, clock, writer } = twoProcesses();
    const arrival = deferred();
    const late = createResumableStreams({
      channel: slowChannel(channel, { arrival: arrival.promise }),
      clock,
    });
    await advanceAndAwait(chunksOf(start(late, 'first')), clock, 500);
    const newer = chunksOf(start(writer, 'second'));
    const resumed = late.resume('chat', { requestId: 'second' });
    await clock.advance(500);
    arrival.resolve();
    const chunks = await chunksOf(await advanceAndAwait(resumed, clock, 0));
    expect(chunks[0]).toMatchObject({ messageId: 'answer to second' });
    expect(textOfChunks(chunks)).toBe(textOfChunks(await newer));
  });

  it('receives the response to a request that arrives after it', async () => {
    const { writer, reader, clock } = twoProcesses();
    await chunksOf(start(writer, 'first'));
    const resumed = reader.resume('chat', { requestId: 'second' });
    await clock.advance(100);
    const pendingChunks = chunksOf(start(writer, 'second'));
    const chunks = await chunksOf(await resumed);
    expect(chunks[0]).toMatchObject({ messageId: 'answer to second' });
    await pendingChunks;
  });

  it('receives 204 if only another response is known, with and without a channel', async () => {
    const { writer, reader, clock } = twoProcesses();
    await chunksOf(start(writer, 'first'));
    for (const process of [writer, reader]) {
      const resumed = process.resume('chat', { requestId: 'second' });
      expect((await advanceAndAwait(resumed, clock, 2_000)).status).toBe(204);
    }
    const single = createResumableStreams({ clock });
    await chunksOf(start(single, 'first'));
    expect((await single.resume('chat', { requestId: 'second' })).status).toBe(204);
    expect((await single.resume('chat', { requestId: 'first' })).status).toBe(200);
  });

  it('must not name an empty request', async () => {
    const { writer } = twoProcesses();
    expect(() => start(writer, '')).toThrow('requestId: expected a non-empty string');
    await expect(writer.resume('chat', { requestId: '' })).rejects.toThrow('requestId: expected a non-empty');
  });
});

describe('the channel', () => {
  it('accepts the notice of a response before the page receives its first chunk', async () => {
    const { channel, writer, reader, clock } = twoProcesses();
    await chunksOf(reader.start('chat', createSunnyAgent().stream('hi'), { messageId: 'earlier' }));
    const { promise: accepted, resolve: accept } = deferred<undefined>();
    channel.acceptance = accepted;
    let isShown = false;
    const pendingChunks = chunksOf(
      writer.start('chat', createSunnyAgent().stream('hi'), { messageId: 'newer' }),
    );
    void pendingChunks.then(() => (isShown = true));
    await clock.advance(400);
    expect(isShown).toBe(false);
    accept(undefined);
    await pendingChunks;
    const [start] = await chunksOf(await reader.resume('chat'));
    expect(start).toMatchObject({ type: 'start', messageId: 'newer' });
  });

  it('delivers the notice of a response to its process before the page receives its first chunk', async () => {
    const arrival = deferred();
    const { channel, clock } = twoProcesses();
    const writer = createResumableStreams({
      channel: slowChannel(channel, { arrival: arrival.promise }),
      clock,
    });
    let isShown = false;
    const pendingChunks = chunksOf(writer.start('chat', createSunnyAgent().stream('hi')));
    void pendingChunks.then(() => (isShown = true));
    await clock.advance(400);
    expect(isShown).toBe(false);
    arrival.resolve();
    expect(textOfChunks(await pendingChunks)).toBe('It is sunny today.');
  });

  it('delays a response by at most 500 ms if it does not accept the notice', async () => {
    const { channel, writer, clock } = twoProcesses();
    channel.acceptance = new Promise(() => undefined);
    const pendingChunks = chunksOf(writer.start('chat', createSunnyAgent().stream('hi')));
    await clock.advance(500);
    expect(textOfChunks(await pendingChunks)).toBe('It is sunny today.');
  });

  it('carries no content of a response that no other process reads', async () => {
    const { channel, writer, clock } = twoProcesses();
    await chunksOf(writer.start('chat', createSunnyAgent().stream('hi')));
    await chunksOf(await writer.resume('chat'));
    await clock.advance(60_000);
    expect(channel.published.map(({ type }) => type)).toEqual(['starting', 'started', 'mark']);
  });

  it('carries no content after the last reader in another process has disconnected', async () => {
    const processes = twoProcesses();
    const { channel, reader } = processes;
    const { open, response } = await startGatedResponse(processes, 4);
    const resumed = await readUntil(await reader.resume('chat'), 'It');
    await resumed.cancel();
    await expect.poll(() => channel.published.at(-1)?.type, POLLING).toBe('left');
    const { length } = channel.published;
    open();
    await response.text();
    expect(channel.published).toHaveLength(length);
  });

  it('delivers content again after a message was lost', async () => {
    const processes = twoProcesses();
    const { channel, reader, clock } = processes;
    const { open, response } = await startGatedResponse(processes, 4);
    const chunks = chunksOf(await reader.resume('chat'));
    await clock.advance(0);
    let isLost = false;
    channel.isLost = ({ type }) => type === 'reply' && !isLost && (isLost = true);
    open();
    expect(textOfChunks(await chunksOf(response))).toBe('It is sunny today.');
    await clock.advance(10_000);
    expect(isLost).toBe(true);
    expect(textOfChunks(await chunks)).toBe('It is sunny today.');
  });

  it('ends a reader with an error if the writer dies', async () => {
    const processes = twoProcesses();
    const { channel, reader, clock } = processes;
    const { open, response } = await startGatedResponse(processes, 4);
    const chunks = chunksOf(await reader.resume('chat'));
    await clock.advance(0);
    channel.isLost = () => true;
    open();
    expect(textOfChunks(await chunksOf(response))).toBe('It is sunny today.');
    await clock.advance(20_000);
    const receivedChunks = await chunks;
    expect(receivedChunks.at(-1)).toMatchObject({ type: 'error' });
    expect('It is sunny today.'.startsWith(textOfChunks(receivedChunks))).toBe(true);
  });

  it('does not end a reader while the vendor is silent for two minutes', async () => {
    const processes = twoProcesses();
    const { reader, clock } = processes;
    const { open } = await startGatedResponse(processes, 4);
    const chunks = chunksOf(await reader.resume('chat'));
    await clock.advance(120_000);
    open();
    expect((await chunks).at(-1)?.type).toBe('finish');
  });

  const failingChannels: Readonly<Record<string, RunChannel>> = {
    rejects: {
      publish: () => Promise.reject(new Error('down')),
      subscribe: () => Promise.reject(new Error('down')),
    },
    throws: {
      publish: () => {
        throw new Error('down');
      },
      subscribe: () => {
        throw new Error('down');
      },
    },
    hangs: { publish: () => new Promise(() => undefined), subscribe: () => new Promise(() => undefined) },
    'does not publish': {
      publish: () => Promise.reject(new Error('down')),
      subscribe: () => Promise.resolve(() => 0),
    },
  };

  it.each(Object.keys(failingChannels))(
    'that %s delays a response by at most 500 ms, and other requests work within the process',
    async (name) => {
      const clock = fakeClock();
      const streams = createResumableStreams({ channel: failingChannels[name], clock });
      const pendingChunks = chunksOf(streams.start('chat', createSunnyAgent().stream('hi')));
      await clock.advance(500);
      expect(textOfChunks(await chunksOf(await streams.resume('chat')))).toBe(
        textOfChunks(await pendingChunks),
      );
      expect((await advanceAndAwait(streams.resume('other'), clock, 2_000)).status).toBe(204);
      expect(await advanceAndAwait(streams.stop('other'), clock, 2_000)).toBe(false);
      await using vendor = await silentVendor();
      const pendingReader = readUntil(streams.start('chat', vendor.model.stream(chatRequest)), 'Once');
      await clock.advance(500);
      await pendingReader;
      expect(await streams.stop('chat')).toBe(true);
      await vendor.closed;
      await streams.close();
    },
  );
});

describe('stop in another process', () => {
  it('resolves after the connection to the vendor has closed and a slow `onEnd` has settled', async () => {
    await using vendor = await silentVendor();
    const { writer, reader, clock } = twoProcesses();
    const storing = deferred();
    const ends: UiEnd[] = [];
    const response = writer.start('chat', vendor.model.stream(chatRequest), {
      async onEnd(end) {
        await storing.promise;
        ends.push(end);
      },
    });
    const bodyReader = await readUntil(response, 'Once');
    const stopping = reader.stop('chat');
    await vendor.closed;
    await clock.advance(60_000);
    storing.resolve();
    expect(await stopping).toBe(true);
    expect(ends).toMatchObject([{ outcome: 'stopped' }]);
    expect(await readToEnd(bodyReader)).toContain('"abort"');
    expect(await reader.stop('chat')).toBe(false);
  });
});

describe('stop in another process', () => {
  it('does not stop a newer response while the older one ends', async () => {
    await using vendors = new AsyncDisposableStack();
    const [firstVendor, secondVendor] = [
      vendors.use(await silentVendor()),
      vendors.use(await silentVendor()),
    ];
    const { writer, reader, clock } = twoProcesses();
    const storing = deferred();
    const olderResponse = writer.start('chat', firstVendor.model.stream(chatRequest), {
      onEnd: () => storing.promise,
    });
    const bodyReader = await readUntil(olderResponse, 'Once');
    const stopping = reader.stop('chat');
    await firstVendor.closed;
    const newerReader = await readUntil(reader.start('chat', secondVendor.model.stream(chatRequest)), 'Once');
    await clock.advance(60_000);
    storing.resolve();
    expect(await stopping).toBe(true);
    expect(await readToEnd(bodyReader)).toContain('"abort"');
    expect(await reader.stop('chat')).toBe(true);
    expect(await readToEnd(newerReader)).toContain('"abort"');
  });
});

describe('a reader in another process', () => {
  it('prevents the stop after disconnectMs until its process dies', async () => {
    await using vendor = await silentVendor();
    const { channel, writer, reader, clock } = twoProcesses({ disconnectMs: 1_000 });
    const ends: UiEnd[] = [];
    const bodyReader = await readUntil(
      writer.start('chat', vendor.model.stream(chatRequest), { onEnd: (end) => void ends.push(end) }),
      'Once',
    );
    const resumed = await readUntil(await reader.resume('chat'), 'Once');
    await bodyReader.cancel();
    await clock.advance(60_000);
    expect(ends).toEqual([]);
    channel.isLost = () => true;
    await clock.advance(20_000);
    await vendor.closed;
    expect(await readToEnd(resumed)).toContain('"error"');
    await expect.poll(() => ends.length, POLLING).toBe(1);
  });
});

describe('a newer response in another process', () => {
  /** Starts a response that ends, in a separate process. */
  const finishEarlier = async (channel: RunChannel, clock: FakeClock): Promise<ResumableStreams> => {
    const streams = createResumableStreams({ channel, clock });
    await chunksOf(streams.start('chat', agentOf([], [{ text: 'Earlier.' }]).stream('hi')));
    return streams;
  };

  it('is returned to a page that resumes before the process of the response receives messages', async () => {
    const { channel, clock, reader } = twoProcesses();
    await finishEarlier(channel, clock);
    const subscription = deferred();
    const slow = slowChannel(channel, { subscription: subscription.promise });
    const streams = createResumableStreams({ channel: slow, clock });
    const pendingChunks = chunksOf(streams.start('chat', createSunnyAgent().stream('hi')));
    const resumed = reader.resume('chat');
    await clock.advance(100);
    subscription.resolve();
    expect(textOfChunks(await chunksOf(await resumed))).toBe('It is sunny today.');
    expect(textOfChunks(await pendingChunks)).toBe('It is sunny today.');
  });

  it('is returned by the process of the earlier response although the notice arrives there late', async () => {
    const { channel, clock, writer } = twoProcesses();
    const arrival = deferred();
    const options = { arrival: Promise.resolve() };
    const earlier = await finishEarlier(slowChannel(channel, options), clock);
    options.arrival = arrival.promise;
    await readUntil(writer.start('chat', createSunnyAgent().stream('hi')), 'start');
    const resumed = earlier.resume('chat');
    await clock.advance(100);
    arrival.resolve();
    expect(textOfChunks(await chunksOf(await resumed))).toBe('It is sunny today.');
  });

  it('is returned completely although the process of another response also answers', async () => {
    const processes = twoProcesses();
    const { channel, clock, reader } = processes;
    // The responses do not stop each other, because their processes receive no notice of the other response.
    channel.isLost = ({ type }) => type === 'starting' || type === 'started';
    const starting = startGatedResponse(processes, 4);
    await clock.advance(500);
    const { open } = await starting;
    const other = finishEarlier(channel, clock);
    await clock.advance(500);
    await other;
    const pendingChunks = chunksOf(await reader.resume('chat'));
    await clock.advance(100);
    open();
    expect(textOfChunks(await pendingChunks)).toBe('It is sunny today.');
  });

  it('stops the older response, and is the only one that `resume` returns', async () => {
    await using vendor = await silentVendor();
    const { channel, clock, writer, reader } = twoProcesses();
    const olderReader = await readUntil(writer.start('chat', vendor.model.stream(chatRequest)), 'Once');
    await clock.advance(0);
    await chunksOf(reader.start('chat', createSunnyAgent().stream('hi')));
    await vendor.closed;
    expect(await readToEnd(olderReader)).toContain('"abort"');
    const thirdProcess = createResumableStreams({ channel, clock });
    for (const streams of [writer, reader, thirdProcess])
      expect(textOfChunks(await chunksOf(await streams.resume('chat')))).toBe('It is sunny today.');
    expect(await thirdProcess.stop('chat')).toBe(false);
  });

  it('stops the other response if both start at the same time, and exactly one continues', async () => {
    await using vendors = new AsyncDisposableStack();
    const [firstVendor, secondVendor] = [
      vendors.use(await silentVendor()),
      vendors.use(await silentVendor()),
    ];
    const { clock, writer, reader } = twoProcesses();
    const ends: string[] = [];
    const start = (streams: ResumableStreams, { model }: typeof firstVendor, name: string): Response =>
      streams.start('chat', model.stream(chatRequest), { onEnd: () => void ends.push(name) });
    const responses = [start(writer, firstVendor, 'first'), start(reader, secondVendor, 'second')];
    await Promise.all(responses.map((response) => readUntil(response, '"st')));
    await clock.advance(1_000);
    await expect.poll(() => ends, POLLING).toEqual(['first']);
    expect(await writer.stop('chat')).toBe(true);
    expect(ends).toEqual(['first', 'second']);
  });
});
