import { watchRun, runJournaled, type RunEvent } from '@majordomo/agent/durable';
import { createAgent } from '@majordomo/agent';
import { createMajordomo, LlmError } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import { fakeProvider } from '@majordomo/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { onRedis } from './support/stores.ts';

const KINDS = Object.keys(clients).filter((kind) => !kind.includes('timeout'));

/** Executes a run with one answer that reports its events to this channel. */
const runOn = (channel: Parameters<typeof watchRun>[0], runId: string): Promise<unknown> => {
  const provider = fakeProvider({ id: 'f', models: { m: [{ text: 'Hello you', chunks: 3 }] } });
  const agent = createAgent({ model: createMajordomo({ providers: [provider] }).model('f/m') });
  const journal = {
    runId,
    signal: new AbortController().signal,
    step: <T>(_name: string, effect: () => Promise<T>): Promise<T> => effect(),
    decision: () => Promise.reject(new Error('this run has no decisions')),
    toEngineError: (error: LlmError) => error,
  };
  return runJournaled(agent, 'go', journal, { channel });
};

async function textOf(events: AsyncIterable<RunEvent>): Promise<string> {
  let text = '';
  for await (const message of events) {
    if (message.type === 'missed') text += '…';
    else if (
      message.type === 'event' &&
      message.event.type === 'model' &&
      message.event.event.type === 'text-delta'
    )
      text += message.event.event.text;
  }
  return text;
}

describeWith('redis', 'an event of a run on Redis', () => {
  const { client, server, stores } = onRedis();
  const watcherOn = (kind: string, prefix: string) =>
    redisStores({ client: client(kind).client, subscriber: client(kind).client, prefix, timeoutMs: 10_000 });

  describe.each(KINDS)('with %s', (kind) => {
    it('reaches all observers of the run, and no others', async () => {
      const prefix = `channel ${kind}`;
      const watchers = [watcherOn(kind, prefix), watcherOn('ioredis with defaults', prefix)];
      const events = await Promise.all(watchers.map(({ channel }) => watchRun(channel, 'r')));
      const other = await watchRun(watchers[0]!.channel, 'other', { over: () => Promise.resolve() });
      const sender = redisStores({ client: client(kind).client, prefix, timeoutMs: 10_000 });
      await runOn(sender.channel, 'r');
      expect(await Promise.all([...events, other].map(textOf))).toEqual(['Hello you', 'Hello you', '']);
    });
  });

  it('needs a second client for observers, but not for the sender', async () => {
    const { channel } = stores({ timeoutMs: 10_000 });
    await runOn(channel, 'r');
    await expect(watchRun(channel, 'r')).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'subscriber' },
    });
  });

  it('is lost while Redis is stalled, and the run still ends', async () => {
    const observer = redisStores({ client: client().client });
    await observer.channel.publish('r', 'hello');
    server().pause();
    try {
      expect(await runOn(observer.channel, 'r')).toMatchObject({
        text: 'Hello you',
        state: { warnings: [{ action: 'dropped', what: 'channel' }] },
      });
    } finally {
      server().resume();
    }
  });

  it('rejects if the subscription times out, and leaves no listener', async () => {
    const pair = { client: client(), subscriber: client() };
    const observer = redisStores({ client: pair.client.client, subscriber: pair.subscriber.client });
    await observer.channel.publish('r', 'hello');
    server().pause();
    try {
      const error: unknown = await watchRun(observer.channel, 'r').catch((reason: unknown) => reason);
      expect(LlmError.is(error, 'timeout')).toBe(true);
    } finally {
      server().resume();
    }
    // On a busy machine the unsubscription may be late.
    await expect.poll(async () => observer.channel.publish('r', 'ping'), { timeout: 10_000 }).toBe(0);
  });

  it('rejects if the client reports a timeout, and leaves no listener', async () => {
    const subscriber = client('ioredis with a command timeout').client as Redis;
    const observer = redisStores({ client: client().client, subscriber, timeoutMs: 10_000 });
    // A busy machine may need longer than the timeout of the client.
    await expect.poll(() => subscriber.ping().catch(() => ''), { timeout: 10_000 }).toBe('PONG');
    server().pause();
    try {
      await expect(watchRun(observer.channel, 'r')).rejects.toBeInstanceOf(Error);
    } finally {
      server().resume();
    }
    expect(subscriber.listenerCount('message')).toBe(0);
    // On a busy machine the unsubscription may be late.
    await expect.poll(async () => observer.channel.publish('r', 'ping'), { timeout: 10_000 }).toBe(0);
  });
});
