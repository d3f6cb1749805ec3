import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

test('broken skill files are each read or refused', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('skill-files.ts', import.meta.url), { count: 10_000 });
  expect(Object.keys(report.ends).sort()).toEqual(['read', 'refused']);
});
