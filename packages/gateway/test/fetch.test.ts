import { expect, it } from 'vitest';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

/** A request of each wire, streamed. */
const ASKED: Readonly<Record<string, object>> = {
  'chat/completions': { messages: [{ role: 'user', content: 'hi' }] },
  responses: { input: 'hi' },
  messages: { messages: [{ role: 'user', content: 'hi' }], max_tokens: 100 },
};

const request = (at: TestGateway, path: string): Request =>
  new Request(`${at.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'gpt', stream: true, ...ASKED[path] }),
  });

/** Names are new in each answer, and so is the time. */
const shapeOf = (text: string): string => text.replaceAll(/[\w-]*[\da-f]{16,}[\w-]*|\b\d{10}\b/g, '…');

it.each(Object.keys(ASKED))('a stream over %s is the same from `fetch` as from `serve`', async (path) => {
  await using at = await startGateway();
  const platforms = await at.gateway.fetch(request(at, path));
  const ours = await fetch(request(at, path));
  const [left, right] = [await platforms.text(), await ours.text()];
  expect(left).toContain('hello');
  expect(shapeOf(left)).toBe(shapeOf(right));
  for (const { headers } of [platforms, ours])
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
});

it.each(Object.keys(ASKED))('cancelling the body of a stream over %s aborts the call', async (path) => {
  const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
  await using at = await startGateway({ openai: [{ fault: 'stall', answer }] });
  const { body } = await at.gateway.fetch(request(at, path));
  await body?.cancel();
  const exchange = await at.openai.request(0);
  await exchange.ended;
  expect(exchange.outcome).toBe('left');
});
