import { LlmError } from '@majordomo/core';
import type { Claim } from '@majordomo/ledger';

/** Functions that return the name of the Durable Object for an operation of the ledger. */
interface Shards {
  /** Returns the object of a reservation, and remembers it. An empty reservation ends one of its id, and uses its object. */
  claims(id: string, claims: readonly Claim[]): string;
  /** Returns the object of a reservation. With one object per tenant, returns `undefined` for a reservation of another store. */
  id(id: string): string | undefined;
  /** Forgets a reservation that was refused or settled, so that the memory of a process does not grow with its calls. */
  forget(id: string): void;
  /** Returns the object of a prefix. With one object per tenant, throws unless `prefix` is a counter that this store claimed. */
  counters(prefix: string): string;
  tenant(tenant: string | undefined, what: string): string;
}

const ALL = 'all';

/**
 * Selects one object for all tenants, or one object per tenant. With one object per tenant, remembers the object of each
 * reservation, because `renew` and `settle` receive only the reservation's id.
 */
export function shards(shard: 'tenant' | undefined): Shards {
  if (shard === undefined)
    return {
      claims: () => ALL,
      id: () => ALL,
      forget: () => undefined,
      counters: () => ALL,
      tenant: () => ALL,
    };
  const ids = new Map<string, string>();
  const counters = new Map<string, string>();
  const ofTenant = (tenant: string | undefined, what: string): string => {
    if (tenant !== undefined) return `tenant ${tenant}`;
    throw new LlmError(
      'config',
      `with shard: 'tenant', ${what} must belong to one tenant; pass a tenant and set each: ['tenant'] in limits, or omit shard`,
    );
  };
  return {
    tenant: ofTenant,
    id: (id) => ids.get(id),
    forget(id) {
      ids.delete(id);
    },
    counters: (prefix) => counters.get(prefix) ?? ofTenant(undefined, 'the counters'),
    claims(id, claims) {
      const known = ids.get(id);
      if (claims.length === 0 && known !== undefined) return known;
      const tenant = claims[0]?.tenant;
      const otherTenantClaim = claims.find((claim) => claim.tenant === undefined || claim.tenant !== tenant);
      const object = ofTenant(
        otherTenantClaim === undefined ? tenant : undefined,
        `limit "${otherTenantClaim?.counter ?? ''}"`,
      );
      ids.set(id, object);
      for (const { counter } of claims) counters.set(counter, object);
      return object;
    },
  };
}
