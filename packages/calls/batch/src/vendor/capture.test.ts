import type { PreparedTarget } from '@majordomo/core';
import { expect, it } from 'vitest';
import { LineReader } from './capture.ts';

it('rejects the second request for one result line with unsupported', async () => {
  const ask = async (exchange: typeof fetch): Promise<unknown> => {
    await exchange('http://vendor.test/');
    return exchange('http://vendor.test/');
  };
  const target = { attempt: { target: 'a/m' }, ask } as unknown as PreparedTarget;
  const reading = new LineReader().read(target, { id: 'j-0-0', status: 200, body: {} });
  await expect(reading).rejects.toMatchObject({ kind: 'unsupported' });
});
