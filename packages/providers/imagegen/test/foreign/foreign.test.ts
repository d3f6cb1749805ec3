import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

/** SOAK=1, as every night: all of them. */
const COUNT = process.env['SOAK'] === undefined ? 1_000 : 20_000;

test('broken data URLs are each read or refused', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('base64.ts', import.meta.url), { count: COUNT });
  expect(Object.keys(report.ends).sort()).toEqual(['read', 'refused']);
});
