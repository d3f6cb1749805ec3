import { fuzz } from '@majordomo/test-support';
import { expect, test } from 'vitest';

test('broken data URLs are each read or refused', { timeout: 120_000 }, async () => {
  const report = await fuzz(new URL('base64.ts', import.meta.url), { count: 20_000 });
  expect(Object.keys(report.ends).sort()).toEqual(['read', 'refused']);
});
