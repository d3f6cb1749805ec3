import { expect, it } from 'vitest';
import { contentInPieces } from './pieces.ts';

function setUp(maxPieces = Infinity) {
  const stored = new Map<string, Uint8Array[]>();
  const content = contentInPieces({
    async add(key, place, bytes) {
      if (place >= maxPieces) throw new Error('full');
      stored.set(key, [...(stored.get(key) ?? []), bytes]);
    },
    count: async (key) => stored.get(key)?.length ?? 0,
    read: async (key, place) => stored.get(key)?.[place],
    remove: async (key) => stored.delete(key),
  });
  const sizes = (): readonly number[] | undefined => stored.get('a')?.map(({ length }) => length);
  return { content, stored, sizes };
}

const blob = (size: number): ReadableStream<Uint8Array> => new Blob([new Uint8Array(size)]).stream();
const bytesOf = async (stream: ReadableStream<Uint8Array> | undefined): Promise<number> =>
  (await new Response(stream).arrayBuffer()).byteLength;

it.each([
  [0, [0]],
  [5, [5]],
  [1_048_577, [524_288, 524_288, 1]],
])('content of %d bytes is stored in pieces of %j bytes', async (size, pieces) => {
  const { content, sizes } = setUp();
  await content.put('a', blob(size));
  expect(sizes()).toEqual(pieces);
  expect(await bytesOf(await content.read('a'))).toBe(size);
  await content.delete('a');
  expect(await content.read('a')).toBeUndefined();
});

it('the pieces of content that cannot be stored completely are removed', async () => {
  const { content, stored } = setUp(1);
  await expect(content.put('a', blob(1_000_000))).rejects.toThrow('full');
  expect(stored.size).toBe(0);
});

it('a reader rejects if the content is deleted meanwhile', async () => {
  const { content } = setUp();
  await content.put('a', blob(5));
  const stream = await content.read('a');
  await content.delete('a');
  await expect(bytesOf(stream)).rejects.toThrow('the file was deleted while it was read');
});
