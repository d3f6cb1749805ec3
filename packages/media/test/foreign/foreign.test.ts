import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

/** SOAK=1, as every night: all of them. */
const SHARE = process.env['SOAK'] === undefined ? 1 / 4 : 1;

test.each([
  ['pictures', 40_000 * SHARE, ['complete', 'cut', 'no picture']],
  ['recordings', 40_000 * SHARE, ['measured', 'no recording', 'not measured']],
  ['pdfs', 10_000 * SHARE, ['counted', 'no document', 'not counted']],
])('ends for each of the broken %s (%i)', { timeout: 120_000 }, async (name, count, ends) => {
  const report = await fuzz(new URL(`${name}.ts`, import.meta.url), { count });
  expect(Object.keys(report.ends).sort()).toEqual(ends);
});
