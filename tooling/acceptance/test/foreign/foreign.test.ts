import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

/** Number of inputs. With SOAK=1, as in the nightly run, 20,000. */
const COUNT = process.env['SOAK'] === undefined ? 2_000 : 20_000;

test(
  'reads each mutated stream to its end, with the same result for any chunk size',
  { timeout: 120_000 },
  async () => {
    const report = await fuzz(new URL('streams.ts', import.meta.url), { count: COUNT });
    expect(report.ends).toEqual({ read: COUNT });
  },
);
