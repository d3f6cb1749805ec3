import { expect, it } from 'vitest';
import { boundedJson } from './bounded-json.ts';

const list = (count: number): string => `[${Array.from({ length: count }, () => '{}').join(',')}]`;

it('returns a response within the limits unchanged', async () => {
  const init = { status: 201, headers: { a: 'b' } };
  const response = Object.defineProperty(new Response(list(100_000), init), 'url', {
    value: 'http://a.example/',
  });
  const bounded = boundedJson(response, 's', 1_000_000);
  expect([bounded.status, bounded.headers.get('a'), bounded.url]).toEqual([201, 'b', 'http://a.example/']);
  expect(await bounded.json()).toHaveLength(100_000);
  const empty = new Response(null, { status: 204 });
  expect(boundedJson(empty, 's', 1)).toBe(empty);
});

it.each([
  ['elements', list(100_001)],
  ['levels', '{"a":'.repeat(10_001)],
  ['bytes', 'x'.repeat(1_000_001)],
])('rejects a response with too many %s', async (_, body) => {
  await expect(boundedJson(new Response(body), 's', 1_000_000).json()).rejects.toMatchObject({
    kind: 'protocol',
    details: { code: 'too-large' },
  });
});

it('is read only on demand, and can be cancelled while it is read', async () => {
  let isCancelled = false;
  const endless = (): Response =>
    new Response(new ReadableStream({ cancel: () => void (isCancelled = true) }));
  await boundedJson(endless(), 's', 10).body?.cancel();
  expect(isCancelled).toBe(true);
  isCancelled = false;
  const reader = boundedJson(endless(), 's', 10).body!.getReader();
  const read = reader.read();
  await reader.cancel();
  expect([isCancelled, (await read).done]).toEqual([true, true]);
});
