import { LlmError } from '@majordomo/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soundFrames } from './frames.ts';

const frame = (length: number, told = length): Uint8Array => {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, told);
  return bytes;
};

async function* cut(body: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function passed(body: Uint8Array, size: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of soundFrames(cut(body, size), 'p/m')) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('frames', () => {
  it('pass as they are, however they are cut', async () => {
    const lengths = fc.array(fc.integer({ min: 16, max: 60 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 40 }), async (sizes, size) => {
        const body = Buffer.concat(sizes.map((length) => frame(length)));
        expect(await passed(body, size)).toEqual(body);
      }),
      { numRuns: 200, seed: 20_261_120 },
    );
  });

  it('that are not whole are for the SDK to judge', async () => {
    expect(await passed(frame(20, 4000), 7)).toHaveLength(20);
    expect(await passed(new Uint8Array(3), 1)).toHaveLength(3);
  });

  it.each([
    ['letters of a page', Buffer.from('<html>hello')],
    ['a length of nothing', frame(16, 0)],
    ['a length below that of an empty frame', frame(16, 15)],
    ['a length above any', frame(16, 33 * 1024 * 1024)],
    ['a second frame that is none', Buffer.concat([frame(20), Buffer.from('<html>')])],
  ])('with %s are refused before the SDK takes the memory', async (_, body) => {
    for (const size of [1, 5, 100]) {
      const error = await passed(body, size).catch((thrown: unknown) => thrown);
      expect(LlmError.is(error, 'protocol')).toBe(true);
    }
  });
});
