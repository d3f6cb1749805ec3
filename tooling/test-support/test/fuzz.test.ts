import { expect, test } from 'vitest';
import { fuzz } from '../src/index.ts';

test('a parser that never ends is ended, and its seed told', async () => {
  const url = new URL('foreign/endless.ts', import.meta.url);
  await expect(fuzz(url, { count: 1_000, stillMs: 100 })).rejects.toThrow(
    /^seed \d+ of .*endless.ts does not end$/,
  );
});
