import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

const SLOWEST_MS = 1_000;

test.each([
  ['pictures', 40_000, ['cut', 'no picture', 'whole']],
  ['recordings', 40_000, ['measured', 'no recording', 'not measured']],
  ['pdfs', 10_000, ['counted', 'no document', 'not counted']],
])('broken %s (%i) are each read to an end, at once', { timeout: 120_000 }, async (name, count, ends) => {
  const report = await fuzz(new URL(`${name}.ts`, import.meta.url), { count });
  expect(report.slowestMs).toBeLessThan(SLOWEST_MS);
  expect(Object.keys(report.ends).sort()).toEqual(ends);
});
