import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

/** Number of files. The nightly run sets SOAK=1. */
const COUNT = process.env['SOAK'] === undefined ? 500 : 10_000;

test('each damaged skill file is read or rejected', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('skill-files.ts', import.meta.url), { count: COUNT });
  expect(Object.keys(report.ends).sort()).toEqual(['read', 'refused']);
});
