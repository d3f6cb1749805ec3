import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

test('broken streams are each read to an end, however they are cut', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('streams.ts', import.meta.url), { count: 20_000 });
  expect(report.ends).toEqual({ read: 20_000 });
});
