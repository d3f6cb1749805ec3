import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { describeWith, startRedis, type Redis as Server } from '@majordomo/services';
import { redisStores } from '@majordomo/store-redis';
import { fakeProvider } from '@majordomo/testing';
import { createResumableStreams, type ResumableStreams } from '@majordomo/ui';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage } from '../../../../packages/agents/ui/test/support/page.ts';
import { gate } from '../../../../packages/agents/ui/test/support/gate.ts';
import { resumableServer } from '../../../../packages/agents/ui/test/support/resumable-server.ts';
import { readToEnd, readUntil } from '../../../../packages/agents/ui/test/support/silent-vendor.ts';

const LONG = 120_000;
const POLL = { interval: 5, timeout: 60_000 };
const ANSWER = 'It is sunny today.';

const createAnsweringAgent = () => {
  const provider = fakeProvider({ id: 'f', models: { m: [{ text: ANSWER, chunks: 3 }] } });
  return createAgent({ model: createMajordomo({ providers: [provider] }).model('f/m') });
};

describeWith('redis', 'resumable streams of two processes over Redis', () => {
  let server: Server;
  const clients: Redis[] = [];
  const registry = (): ResumableStreams => {
    const [client, subscriber] = [new Redis(server.url), new Redis(server.url)];
    clients.push(client, subscriber);
    return createResumableStreams({
      channel: redisStores({ client, subscriber, timeoutMs: 10_000 }).channel,
    });
  };
  beforeAll(async () => {
    server = await startRedis();
  }, LONG);
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  it(
    'show the response once after a reload at any event',
    async () => {
      const [writer, reader] = [registry(), registry()];
      for (let at = 0; at < 12; at++) {
        const chat = resumableServer(7, createAnsweringAgent(), [at], writer, reader);
        const page = openPage(7, chat.fetch, { id: `chat ${at}` });
        const sent = page.chat.sendMessage({ text: 'hi' });
        await expect.poll(() => chat.gates.length, POLL).toBe(1);
        await chat.gates[0]?.reached;
        const messages = page.chat.messages.slice(0, 1);
        const reloaded = openPage(7, chat.fetch, { id: `chat ${at}`, messages });
        const resumed = reloaded.chat.resumeStream();
        if (at > 6) await expect.poll(() => reloaded.screens.length, POLL).toBeGreaterThan(0);
        chat.gates[0]?.open();
        await Promise.all([sent, resumed]);
        expect(reloaded.chat).toMatchObject({ status: 'ready', error: undefined });
        expect(reloaded.parts()).toEqual(page.parts());
        expect(reloaded.screens.filter((screen) => !ANSWER.startsWith(screen))).toEqual([]);
      }
    },
    LONG,
  );

  it(
    'can be stopped by the other process',
    async () => {
      const [writer, reader] = [registry(), registry()];
      const ends: string[] = [];
      const events = gate(createAnsweringAgent().stream('hi'), 5);
      const sent = writer.start('stopped', events.events, {
        onEnd: ({ outcome }) => void ends.push(outcome),
      });
      await readUntil(sent.clone(), 'It');
      const resumed = await readUntil(await reader.resume('stopped'), 'It');
      expect(await reader.stop('stopped')).toBe(true);
      expect(ends).toEqual(['stopped']);
      expect(await readToEnd(resumed)).toContain('"abort"');
      expect(await sent.text()).toContain('"abort"');
    },
    LONG,
  );

  it(
    'resume only the newest response of a chat',
    async () => {
      const [first, second] = [registry(), registry()];
      const waiting = gate(createAnsweringAgent().stream('hi'), 5);
      const older = first.start('chat', waiting.events);
      // The second process starts when the first one is subscribed.
      await readUntil(await second.resume('chat'), 'It');
      const newer = second.start('chat', createAnsweringAgent().stream('hi'));
      expect(await newer.text()).toContain('"finish"');
      expect(await older.text()).toContain('"abort"');
      expect(await (await first.resume('chat')).text()).toContain('"finish"');
    },
    LONG,
  );
});
