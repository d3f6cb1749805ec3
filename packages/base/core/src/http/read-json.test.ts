import { expect, it } from 'vitest';
import { readJson } from './read-json.ts';

const request = (body: string | null): Request => new Request('http://a.test', { method: 'POST', body });

it('returns the JSON of a request', async () => {
  expect(await readJson(request('{"a":["é"]}'))).toEqual({ a: ['é'] });
});

it.each([
  ['', {}, 'the body is not JSON; send JSON', undefined],
  [null, {}, 'the body is not JSON; send JSON', undefined],
  ['{', {}, 'the body is not JSON; send JSON', undefined],
  ['"123"', { maxBytes: 4 }, 'the body has more than 4 bytes; send less', undefined],
  [
    '{"a":[1,2]}',
    { maxElements: 1 },
    'a: the request has more than 1 array elements in total; send fewer',
    'a',
  ],
])('refuses %j with %j', async (body, options, message, path) => {
  await expect(readJson(request(body), options)).rejects.toMatchObject({
    kind: 'invalid-request',
    message,
    details: { path },
  });
});

it('stops reading a body without an end at the maximum', async () => {
  let chunks = 0;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks++;
      controller.enqueue(new Uint8Array(100));
    },
    cancel() {
      isCancelled = true;
    },
  });
  await expect(readJson({ body }, { maxBytes: 250 })).rejects.toThrow('the body has more than 250 bytes');
  expect(chunks).toBeLessThan(6);
  expect(isCancelled).toBe(true);
});
