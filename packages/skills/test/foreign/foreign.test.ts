import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

/** SOAK=1, as every night: all of them. */
const COUNT = process.env['SOAK'] === undefined ? 2_500 : 10_000;

test('broken skill files are each read or refused', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('skill-files.ts', import.meta.url), { count: COUNT });
  expect(Object.keys(report.ends).sort()).toEqual(['read', 'refused']);
});
