import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { readJson, readJsonText } from './read-json.ts';

const request = (body: string | null): Request => new Request('http://a.test', { method: 'POST', body });
const list = (count: number): string => `{"params":[${Array.from({ length: count }, () => '{}').join(',')}]}`;

/** Returns a body without an end. `chunks`: chunks that were read. */
function endless(chunk: Uint8Array, wait: () => Promise<void> = () => Promise.resolve()) {
  const state = { chunks: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await wait();
      state.chunks++;
      controller.enqueue(chunk);
    },
    cancel() {
      state.isCancelled = true;
    },
  });
  return { body, state };
}

it('returns the JSON of a request', async () => {
  expect(await readJson(request('{"a":["é"]}'))).toEqual({ a: ['é'] });
});

it('returns the text of a request that is not JSON, or empty', async () => {
  expect(await readJsonText(request('no JSON é'), { maxBytes: 10 })).toBe('no JSON é');
  expect(await readJsonText(request(null))).toBe('');
});

it.each([
  ['', {}, 'the body is not JSON; send JSON', { status: 400 }],
  [null, {}, 'the body is not JSON; send JSON', { status: 400 }],
  ['{', {}, 'the body is not JSON; send JSON', { status: 400 }],
  ['"123"', { maxBytes: 4 }, 'the body has more than 4 bytes; send less', { status: 413 }],
  [
    list(10_001),
    {},
    'params: the request has more than 10000 array elements',
    { status: 400, path: 'params' },
  ],
  [list(3), { maxElements: 2 }, 'params: the request has more than 2', { status: 400, path: 'params' }],
  ['['.repeat(501), {}, 'nested more than 500 levels', { status: 400, path: '[0]'.repeat(8) }],
])('refuses %.20s with %j', async (body, options, message, details) => {
  const error = await readJson(request(body), options).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ kind: 'invalid-request', details });
  expect(error).toHaveProperty('message', expect.stringContaining(message) as string);
});

describe('a body without an end', () => {
  it('is read until the maximum of bytes', async () => {
    const { body, state } = endless(new Uint8Array(100));
    await expect(readJson({ body }, { maxBytes: 250 })).rejects.toThrow('the body has more than 250 bytes');
    expect(state.chunks).toBeLessThan(6);
    expect(state.isCancelled).toBe(true);
  });

  it('is read until the maximum of time', async () => {
    const clock = manualClock();
    const { body, state } = endless(new Uint8Array([0x20]), () =>
      clock.sleep(1000, new AbortController().signal),
    );
    const result = readJson({ body }, { maxMs: 30_000, clock }).catch((error: unknown) => error);
    await clock.advance(29_999);
    expect(state.isCancelled).toBe(false);
    await clock.advance(1);
    expect(await result).toMatchObject({ kind: 'invalid-request', details: { status: 408 } });
    expect(state.isCancelled).toBe(true);
  });

  it('is refused if its chunks are tiny', async () => {
    const { body, state } = endless(new Uint8Array([0x20]));
    await expect(readJson({ body })).rejects.toMatchObject({
      message: 'the body has too many small chunks; send larger ones',
      details: { status: 400 },
    });
    expect(state.chunks).toBeLessThan(2200);
  });
});
