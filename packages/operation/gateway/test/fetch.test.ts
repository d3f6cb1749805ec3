import { expect, it } from 'vitest';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

/** Body of a request of each wire, without `model` and `stream`. */
const REQUEST_BODIES: Readonly<Record<string, object>> = {
  'chat/completions': { messages: [{ role: 'user', content: 'hi' }] },
  responses: { input: 'hi' },
  messages: { messages: [{ role: 'user', content: 'hi' }], max_tokens: 100 },
};

const createRequest = (testGateway: TestGateway, path: string): Request =>
  new Request(`${testGateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'gpt', stream: true, ...REQUEST_BODIES[path] }),
  });

/** Replaces ids and times, which differ in each response. */
const withoutIdsAndTimes = (text: string): string =>
  text.replaceAll(/[\w-]*[\da-f]{16,}[\w-]*|\b\d{10}\b/g, '…');

it.each(Object.keys(REQUEST_BODIES))(
  'a stream over %s is the same from `fetch` as from `serve`',
  async (path) => {
    await using testGateway = await startGateway();
    const fetchResponse = await testGateway.gateway.fetch(createRequest(testGateway, path));
    const serveResponse = await fetch(createRequest(testGateway, path));
    const [fetchText, serveText] = [await fetchResponse.text(), await serveResponse.text()];
    expect(fetchText).toContain('hello');
    expect(withoutIdsAndTimes(fetchText)).toBe(withoutIdsAndTimes(serveText));
    for (const { headers } of [fetchResponse, serveResponse])
      expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  },
);

it.each(Object.keys(REQUEST_BODIES))(
  'aborts the call if the body of a stream over %s is canceled',
  async (path) => {
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    await using testGateway = await startGateway({ openai: [{ fault: 'stall', answer }] });
    const { body } = await testGateway.gateway.fetch(createRequest(testGateway, path));
    await body?.cancel();
    const exchange = await testGateway.openai.request(0);
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
  },
);
