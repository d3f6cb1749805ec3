import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from './read-lines.ts';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesIn(text: string, size: number, most = 1000): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of readLines(chunksOf(new TextEncoder().encode(text), size), most)) lines.push(line);
  return lines;
}

describe('lines', () => {
  it('are the same however their bytes come', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n\uFEFF]/g, ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        expect(await linesIn(lines.map((text) => `${text}\n`).join(''), size)).toEqual(lines);
      }),
    );
  });

  it('end in a return too, and one without an end is none', async () => {
    expect(await linesIn('a\r\n\nb\rc\nrest', 2)).toEqual(['a', '', 'b\rc']);
  });

  it('of more bytes than are allowed throw, before they have ended', async () => {
    expect(await linesIn(`${'x'.repeat(10)}\n`, 3, 10)).toHaveLength(1);
    await expect(linesIn('x'.repeat(11), 3, 10)).rejects.toThrow('a line of more than 10 bytes');
  });
});
