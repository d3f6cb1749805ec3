import { manualClock } from './support/manual-clock.ts';
import { expect, it } from 'vitest';
import { requestText } from '../src/client-request.ts';

const requestOf = (body: string): Request => new Request('http://a.example/', { method: 'POST', body });
const list = (count: number): string => `{"params":[${Array.from({ length: count }, () => '{}').join(',')}]}`;

it('returns the text of a request within the limits, and an empty text without a body', async () => {
  expect(await requestText(requestOf(list(10_000)), { maxBytes: 100_000 })).toBe(list(10_000));
  expect(await requestText(requestOf('no JSON é'), { maxBytes: 10 })).toBe('no JSON é');
  expect(await requestText(new Request('http://a.example/'), { maxBytes: 1 })).toBe('');
});

it.each([
  [list(10_001), 100_000, undefined, 400, 'params'],
  [list(3), 100, 2, 400, 'params'],
  ['['.repeat(501), 1000, undefined, 400, '[0]'.repeat(8)],
  ['x'.repeat(11), 10, undefined, 413, undefined],
])(
  'refuses a request above a limit before it is parsed',
  async (body, maxBytes, maxElements, status, path) => {
    const error = await requestText(requestOf(body), { maxBytes, maxElements }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ kind: 'invalid-request', details: { status } });
    expect(error).toHaveProperty(['details', 'path'], path);
  },
);

it('stops to read a body that does not end, after 30 seconds', async () => {
  const clock = manualClock();
  let isCanceled = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await clock.sleep(1000, new AbortController().signal);
      controller.enqueue(new Uint8Array([0x20]));
    },
    cancel: () => void (isCanceled = true),
  });
  const result = requestText({ body }, { maxBytes: 1000, clock }).catch((error: unknown) => error);
  await clock.advance(29_999);
  expect(isCanceled).toBe(false);
  await clock.advance(1);
  expect(await result).toMatchObject({ kind: 'invalid-request', details: { status: 408 } });
  expect(isCanceled).toBe(true);
});
