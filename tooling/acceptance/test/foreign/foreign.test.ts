import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

/** SOAK=1, as every night: all of them. */
const COUNT = process.env['SOAK'] === undefined ? 5_000 : 20_000;

test('broken streams are each read to an end, however they are cut', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('streams.ts', import.meta.url), { count: COUNT });
  expect(report.ends).toEqual({ read: COUNT });
});
