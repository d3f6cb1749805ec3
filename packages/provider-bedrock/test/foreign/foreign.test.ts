import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

test('broken frames are each read or refused, at once', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('frames.ts', import.meta.url), { count: 20_000 });
  expect(report.slowestMs).toBeLessThan(1_000);
  expect(Object.keys(report.ends).sort()).toEqual(['protocol', 'read', 'told', 'truncated']);
});
