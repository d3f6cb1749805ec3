import { expect, it, onTestFinished } from 'vitest';
import { startDemoServer } from './server.ts';

it.each([
  ['that is not JSON', '{'],
  ['with more than 10,000 elements', `[${'0,'.repeat(10_000)}0]`],
])('a request %s ends only its own connection', async (_, body) => {
  const server = await startDemoServer('openai', () => 'hi');
  onTestFinished(() => server.close());
  const url = `${server.baseURL}/chat/completions`;
  await expect(fetch(url, { method: 'POST', body })).rejects.toThrow();
  const response = await fetch(url, { method: 'POST', body: '{"model":"m"}' });
  expect([response.status, server.requests]).toEqual([200, [{ model: 'm' }]]);
});
