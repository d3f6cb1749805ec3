import type { Claim } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { shards } from './shards.ts';

const claimOf = (tenant: string | undefined): Claim => ({
  counter: `limit/day/tenant=${tenant}`,
  max: 9n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  tenant,
});

it('an empty reservation, which ends an earlier one, uses the object of the earlier one', () => {
  const objectOf = shards('tenant');
  expect(objectOf.claims('id', [claimOf('t')])).toBe('tenant t');
  expect(objectOf.claims('id', [])).toBe('tenant t');
});

it('rejects claims of several tenants, of no tenant, and an empty reservation of an unknown id', () => {
  const objectOf = shards('tenant');
  for (const claims of [[claimOf('t'), claimOf('u')], [claimOf(undefined)], []])
    expect(() => objectOf.claims('id', claims)).toThrow(/must belong to one tenant/);
});

it('does not remember a reservation that is forgotten', () => {
  const objectOf = shards('tenant');
  objectOf.claims('id', [claimOf('t')]);
  objectOf.forget('id');
  expect(objectOf.id('id')).toBeUndefined();
});
