import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

test('broken skill files are each read or refused, at once', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('skill-files.ts', import.meta.url), { count: 10_000 });
  expect(report.slowestMs).toBeLessThan(1_000);
  expect(Object.keys(report.ends).sort()).toEqual(['read', 'refused']);
});
