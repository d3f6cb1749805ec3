import type { RunChannel } from '@majordomo/agent/durable';
import { user } from '@majordomo/core';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createResumableStreams, type ResumableStreams, type UiEnd } from '../src/index.ts';
import { deferred } from './support/deferred.ts';
import { gate, type Gate } from './support/gate.ts';
import { memoryChannel, type MemoryChannel } from './support/memory-channel.ts';
import { openPage } from './support/page.ts';
import { resumableServer } from './support/resumable-server.ts';
import { readUntil, restOf, silentVendor } from './support/silent-vendor.ts';
import { agentOf, chunksOf, textOfChunks } from './support/world.ts';

const FAST = { interval: 2, timeout: 30_000 };
const ask = { messages: [user('hi')] };
const answering = () => agentOf([], [{ text: 'It is sunny today.', chunks: 3 }]);

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

/** Starts a response that waits before the event number `at`. */
async function startWaiting({ writer, clock }: Processes, at: number): Promise<Gate & { sent: Response }> {
  const gated = gate(answering().stream('hi'), at);
  const sent = writer.start('chat', gated.events, { messageId: 'answer' });
  await gated.reached;
  await clock.advance(0);
  return { ...gated, sent };
}

/** Waits for a promise whose timers the clock must reach. */
async function settled<T>(promise: Promise<T>, clock: FakeClock, ms: number): Promise<T> {
  await clock.advance(ms);
  return promise;
}

describe('a page whose reload reaches another process', () => {
  it('shows the answer once at any event', async () => {
    for (let at = 0; at < 12; at++) {
      const { writer, reader } = twoProcesses();
      const server = resumableServer(7, answering(), [at], writer, reader);
      const page = openPage(7, server.fetch);
      const sent = page.chat.sendMessage({ text: 'hi' });
      await expect.poll(() => server.gates.length, FAST).toBe(1);
      await server.gates[0]?.reached;
      const reloaded = openPage(7, server.fetch, { messages: page.chat.messages.slice(0, 1) });
      const resumed = reloaded.chat.resumeStream();
      server.gates[0]?.open();
      await Promise.all([sent, resumed]);
      expect(reloaded.chat).toMatchObject({ status: 'ready', error: undefined });
      expect(reloaded.last()).toMatchObject({ id: 'answer' });
      expect(reloaded.parts()).toEqual(page.parts());
      expect(reloaded.screens.filter((screen) => !'It is sunny today.'.startsWith(screen))).toEqual([]);
    }
  });

  it('gets a response that has ended', async () => {
    const { writer, reader } = twoProcesses();
    const sent = await chunksOf(writer.start('chat', answering().stream('hi')));
    expect(textOfChunks(await chunksOf(await reader.resume('chat')))).toBe(textOfChunks(sent));
  });

  it('gets 204 within 2 s if no process has a response', async () => {
    const { reader, clock } = twoProcesses();
    expect((await settled(reader.resume('chat'), clock, 2_000)).status).toBe(204);
    expect(await settled(reader.stop('chat'), clock, 2_000)).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('gets a response whose process subscribes after the request', async () => {
    const { writer, reader, clock } = twoProcesses();
    const resumed = reader.resume('chat');
    await clock.advance(100);
    const sent = chunksOf(writer.start('chat', answering().stream('hi')));
    expect(textOfChunks(await chunksOf(await resumed))).toBe(textOfChunks(await sent));
  });
});

describe('the channel', () => {
  it('carries the notice of a response before the page receives its first chunk', async () => {
    const { channel, writer, reader, clock } = twoProcesses();
    await chunksOf(reader.start('chat', answering().stream('hi'), { messageId: 'earlier' }));
    const { promise: accepted, resolve: accept } = deferred<undefined>();
    channel.accepted = accepted;
    let isShown = false;
    const sent = chunksOf(writer.start('chat', answering().stream('hi'), { messageId: 'newer' }));
    void sent.then(() => (isShown = true));
    await clock.advance(400);
    expect(isShown).toBe(false);
    accept(undefined);
    await sent;
    const [start] = await chunksOf(await reader.resume('chat'));
    expect(start).toMatchObject({ type: 'start', messageId: 'newer' });
  });

  it('delays a response by at most 500 ms if it does not accept the notice', async () => {
    const { channel, writer, clock } = twoProcesses();
    channel.accepted = new Promise(() => undefined);
    const sent = chunksOf(writer.start('chat', answering().stream('hi')));
    await clock.advance(500);
    expect(textOfChunks(await sent)).toBe('It is sunny today.');
  });

  it('carries one message of a response that no other process reads', async () => {
    const { channel, writer, clock } = twoProcesses();
    await chunksOf(writer.start('chat', answering().stream('hi')));
    await chunksOf(await writer.resume('chat'));
    await clock.advance(60_000);
    expect(channel.published.map(({ type }) => type)).toEqual(['started']);
  });

  it('carries no content after the last reader of another process has left', async () => {
    const processes = twoProcesses();
    const { channel, reader } = processes;
    const { open, sent } = await startWaiting(processes, 4);
    const resumed = await readUntil(await reader.resume('chat'), 'It');
    await resumed.cancel();
    await expect.poll(() => channel.published.at(-1)?.type, FAST).toBe('left');
    const { length } = channel.published;
    open();
    await sent.text();
    expect(channel.published).toHaveLength(length);
  });

  it('repeats a message that was lost', async () => {
    const processes = twoProcesses();
    const { channel, reader, clock } = processes;
    const { open, sent } = await startWaiting(processes, 4);
    const chunks = chunksOf(await reader.resume('chat'));
    await clock.advance(0);
    let isLost = false;
    channel.loses = ({ type }) => type === 'reply' && !isLost && (isLost = true);
    open();
    expect(textOfChunks(await chunksOf(sent))).toBe('It is sunny today.');
    await clock.advance(10_000);
    expect(isLost).toBe(true);
    expect(textOfChunks(await chunks)).toBe('It is sunny today.');
  });

  it('whose writer dies ends the reader with an error', async () => {
    const processes = twoProcesses();
    const { channel, reader, clock } = processes;
    const { open, sent } = await startWaiting(processes, 4);
    const chunks = chunksOf(await reader.resume('chat'));
    await clock.advance(0);
    channel.loses = () => true;
    open();
    expect(textOfChunks(await chunksOf(sent))).toBe('It is sunny today.');
    await clock.advance(20_000);
    const received = await chunks;
    expect(received.at(-1)).toMatchObject({ type: 'error' });
    expect('It is sunny today.'.startsWith(textOfChunks(received))).toBe(true);
  });

  it('carries a sign of life during a silence', async () => {
    const processes = twoProcesses();
    const { reader, clock } = processes;
    const { open } = await startWaiting(processes, 4);
    const chunks = chunksOf(await reader.resume('chat'));
    await clock.advance(120_000);
    open();
    expect((await chunks).at(-1)?.type).toBe('finish');
  });

  const broken: Readonly<Record<string, RunChannel>> = {
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

  it.each(Object.keys(broken))('that %s only delays a response of the process', async (name) => {
    const clock = fakeClock();
    const streams = createResumableStreams({ channel: broken[name], clock });
    const sent = chunksOf(streams.start('chat', answering().stream('hi')));
    await clock.advance(500);
    expect(textOfChunks(await chunksOf(await streams.resume('chat')))).toBe(textOfChunks(await sent));
    expect((await settled(streams.resume('other'), clock, 2_000)).status).toBe(204);
    expect(await settled(streams.stop('other'), clock, 2_000)).toBe(false);
    await using vendor = await silentVendor();
    const waiting = readUntil(streams.start('chat', vendor.model.stream(ask)), 'Once');
    await clock.advance(500);
    await waiting;
    expect(await streams.stop('chat')).toBe(true);
    await vendor.closed;
    await streams.close();
  });
});

describe('stop in another process', () => {
  it('resolves when the vendor is closed and a slow `onEnd` has settled', async () => {
    await using vendor = await silentVendor();
    const { writer, reader, clock } = twoProcesses();
    const stored = deferred();
    const ends: UiEnd[] = [];
    const sent = writer.start('chat', vendor.model.stream(ask), {
      async onEnd(end) {
        await stored.promise;
        ends.push(end);
      },
    });
    const page = await readUntil(sent, 'Once');
    const stopped = reader.stop('chat');
    await vendor.closed;
    await clock.advance(60_000);
    stored.resolve();
    expect(await stopped).toBe(true);
    expect(ends).toMatchObject([{ outcome: 'stopped' }]);
    expect(await restOf(page)).toContain('"abort"');
    expect(await reader.stop('chat')).toBe(false);
  });
});

describe('stop in another process', () => {
  it('does not stop a newer response while the older one ends', async () => {
    await using vendors = new AsyncDisposableStack();
    const [first, second] = [vendors.use(await silentVendor()), vendors.use(await silentVendor())];
    const { writer, reader, clock } = twoProcesses();
    const stored = deferred();
    const older = writer.start('chat', first.model.stream(ask), { onEnd: () => stored.promise });
    const page = await readUntil(older, 'Once');
    const stopped = reader.stop('chat');
    await first.closed;
    const newer = await readUntil(reader.start('chat', second.model.stream(ask)), 'Once');
    await clock.advance(60_000);
    stored.resolve();
    expect(await stopped).toBe(true);
    expect(await restOf(page)).toContain('"abort"');
    expect(await reader.stop('chat')).toBe(true);
    expect(await restOf(newer)).toContain('"abort"');
  });
});

describe('a reader in another process', () => {
  it('counts as a reader until it leaves or its process dies', async () => {
    await using vendor = await silentVendor();
    const { channel, writer, reader, clock } = twoProcesses({ disconnectMs: 1_000 });
    const ends: UiEnd[] = [];
    const page = await readUntil(
      writer.start('chat', vendor.model.stream(ask), { onEnd: (end) => void ends.push(end) }),
      'Once',
    );
    const resumed = await readUntil(await reader.resume('chat'), 'Once');
    await page.cancel();
    await clock.advance(60_000);
    expect(ends).toEqual([]);
    channel.loses = () => true;
    await clock.advance(20_000);
    await vendor.closed;
    expect(await restOf(resumed)).toContain('"error"');
    await expect.poll(() => ends.length, FAST).toBe(1);
  });
});

describe('a newer response in another process', () => {
  it('stops the older one and is the only one that answers', async () => {
    await using vendor = await silentVendor();
    const { channel, clock, writer, reader } = twoProcesses();
    const older = await readUntil(writer.start('chat', vendor.model.stream(ask)), 'Once');
    await clock.advance(0);
    await chunksOf(reader.start('chat', answering().stream('hi')));
    await vendor.closed;
    expect(await restOf(older)).toContain('"abort"');
    const third = createResumableStreams({ channel, clock });
    for (const streams of [writer, reader, third])
      expect(textOfChunks(await chunksOf(await streams.resume('chat')))).toBe('It is sunny today.');
    expect(await third.stop('chat')).toBe(false);
  });

  it('wins if both start at the same time, and exactly one continues', async () => {
    await using vendors = new AsyncDisposableStack();
    const [first, second] = [vendors.use(await silentVendor()), vendors.use(await silentVendor())];
    const { clock, writer, reader } = twoProcesses();
    const ends: string[] = [];
    const start = (streams: ResumableStreams, { model }: typeof first, name: string): Response =>
      streams.start('chat', model.stream(ask), { onEnd: () => void ends.push(name) });
    const responses = [start(writer, first, 'first'), start(reader, second, 'second')];
    await Promise.all(responses.map((response) => readUntil(response, '"st')));
    await clock.advance(1_000);
    await expect.poll(() => ends, FAST).toEqual(['first']);
    expect(await writer.stop('chat')).toBe(true);
    expect(ends).toEqual(['first', 'second']);
  });
});
