import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

/** Share of the files. The nightly run sets SOAK=1 and uses all of them. */
const SHARE = process.env['SOAK'] === undefined ? 1 / 120 : 1;

test.each([
  ['pictures', 40_000 * SHARE, ['complete', 'cut', 'no picture']],
  ['recordings', 40_000 * SHARE, ['measured', 'no recording', 'not measured']],
  ['pdfs', 10_000 * SHARE, ['counted', 'no document', 'not counted']],
])(
  'each damaged file of %s has a defined outcome (%i)',
  { timeout: 120_000 },
  async (name, count, outcomes) => {
    const report = await fuzz(new URL(`${name}.ts`, import.meta.url), { count });
    expect(Object.keys(report.ends).sort()).toEqual(outcomes);
  },
);
