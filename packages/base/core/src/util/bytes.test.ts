import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteCollector, isFragmented } from './bytes.ts';

it('ByteCollector returns chunks of any sizes in order', () => {
  const sizes = fc.array(fc.oneof(fc.nat(20), fc.constantFrom(16_383, 16_384, 65_536, 70_000)), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const collector = new ByteCollector();
      let next = 0;
      const chunks = lengths.map((length) => Uint8Array.from({ length }, () => next++ % 251));
      for (const chunk of chunks) collector.push(chunk);
      expect(collector.size).toBe(next);
      expect(Buffer.compare(collector.concat(), Buffer.concat(chunks))).toBe(0);
    }),
    { numRuns: 50 },
  );
});

it('ByteCollector copies small chunks, so that they do not retain their buffers', () => {
  const collector = new ByteCollector();
  const chunk = new Uint8Array([1]);
  collector.push(chunk);
  chunk[0] = 2;
  collector.push(chunk);
  expect([...collector.concat()]).toEqual([1, 2]);
});

it.each([
  [2048, 0, false],
  [2049, 2049, false],
  [2100, 2100, true],
  [500_000, 64 * 500_000, false],
])('isFragmented: %i chunks of %i bytes: %s', (chunks, bytes, expected) => {
  expect(isFragmented(chunks, bytes)).toBe(expected);
});
