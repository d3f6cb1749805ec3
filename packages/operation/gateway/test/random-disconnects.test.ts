import { createMajordomo } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createGateway, type Gateway } from '../src/index.ts';
import { postTo } from './support/clients.ts';

/** Number of disconnects per wire. With SOAK=1, as in the nightly run, 1,000. */
const DISCONNECTS = process.env['SOAK'] === undefined ? 30 : 1000;
const MESSAGES = [{ role: 'user', content: 'hi' }];
const TURN: Turn = {
  reasoning: 'hm',
  text: 'one two three',
  chunks: 2,
  toolCalls: [{ name: 't', args: {} }],
};

const onUnhandled = vi.fn();
beforeAll(() => {
  process.on('unhandledRejection', onUnhandled);
});
afterAll(() => {
  process.off('unhandledRejection', onUnhandled);
});

/** Sends a request, and disconnects before the response, after some chunks, or by cancelling the body. */
async function disconnect(gateway: Gateway, path: string, body: object, random: () => number): Promise<void> {
  const client = new AbortController();
  const sending = postTo(gateway, path, body, { signal: client.signal });
  if (random() < 0.3) {
    for (let tick = Math.floor(random() * 20); tick > 0; tick--) await Promise.resolve();
    client.abort();
  }
  const reader = (await sending).body?.getReader();
  for (let chunks = Math.floor(random() * 8); chunks > 0; chunks--) {
    const { done } = (await reader?.read().catch(() => undefined)) ?? { done: true };
    if (done) break;
  }
  if (random() < 0.5) client.abort();
  await reader?.cancel().catch(() => undefined);
}

it.each([
  ['Chat Completions', '/v1/chat/completions', { model: 'm', stream: true, messages: MESSAGES }],
  ['Responses', '/v1/responses', { model: 'm', stream: true, store: false, input: 'hi' }],
  ['Messages', '/v1/messages', { model: 'm', stream: true, max_tokens: 100, messages: MESSAGES }],
  ['Gemini', '/v1beta/models/m:streamGenerateContent?alt=sse', { contents: [{ parts: [{ text: 'hi' }] }] }],
])(
  'clients of %s that disconnect at random release their slots and cause no unhandled rejection',
  async (_, path, body) => {
    const turns = Array.from({ length: DISCONNECTS + 1 }, () => TURN);
    const errors: unknown[] = [];
    let onEnd = (): void => undefined;
    const gateway = createGateway({
      majordomo: createMajordomo({ providers: [fakeProvider({ id: 'a', models: { x: turns } })] }),
      models: { m: 'a/x' },
      authorize: () => ({}),
      maxConcurrent: 1,
      onError: (error) => errors.push(error),
      onRequest: () => {
        onEnd();
      },
    });
    const random = seededRandom(37);
    for (let count = 0; count < DISCONNECTS; count++) {
      const ended = new Promise<void>((resolve) => (onEnd = resolve));
      await disconnect(gateway, path, body, random);
      await ended;
    }
    const last = await postTo(gateway, path, body);
    expect([last.status, await last.text()]).toEqual([200, expect.stringContaining('"name":"t"')]);
    expect(errors).toEqual([]);
    expect(onUnhandled).not.toHaveBeenCalled();
  },
  60_000,
);
