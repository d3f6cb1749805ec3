import { expect, it } from 'vitest';
import { post } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const BODIES: readonly (readonly [path: string, body: object])[] = [
  ['/v1/chat/completions', { messages: [{ role: 'user', content: 'hi' }] }],
  ['/v1/responses', { input: 'hi', store: false }],
  ['/v1/messages', { messages: [{ role: 'user', content: 'hi' }], max_tokens: 10 }],
];

it.each(BODIES)('does not send the vendor’s model and ids to a client of %s', async (path, body) => {
  await using gateway = await startGateway({
    openai: () => ({ id: 'resp_of_vendor', model: 'served-2026', parts: [{ type: 'text', text: 'hello' }] }),
  });
  const responses = [];
  for (const stream of [false, true]) {
    const response = await post(gateway, path, { model: 'gpt', stream, ...body });
    expect(response.status).toBe(200);
    responses.push(JSON.stringify([...response.headers]) + (await response.text()));
  }
  for (const text of responses) {
    expect(text).toContain('hello');
    expect(text).not.toMatch(/served-2026|resp_of_vendor/);
  }
});
