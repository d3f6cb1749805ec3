import { expect, test } from 'vitest';
import { fuzz } from '../src/index.ts';

test('ends a parser that does not return and reports its seed', async () => {
  const url = new URL('foreign/endless.ts', import.meta.url);
  await expect(fuzz(url, { count: 1_000, stillMs: 100 })).rejects.toThrow(
    /^seed \d+ of .*endless.ts does not end$/,
  );
});
