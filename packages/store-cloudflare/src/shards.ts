import { LlmError } from '@majordomo/core';
import type { Claim } from '@majordomo/ledger';

/** Names of the objects that store the ledger. */
interface Shards {
  claims(id: string, claims: readonly Claim[]): string;
  /** Returns the object that holds a reservation, or `undefined` if this store did not create the reservation. */
  id(id: string): string | undefined;
  /** Returns the object of a claimed counter, otherwise the object of all tenants. Throws if each tenant has an object. */
  counters(prefix: string): string;
  tenant(tenant: string | undefined, what: string): string;
}

const ALL = 'all';

/**
 * Selects one object for all tenants, or one object per tenant. A store exists for one request, and records the objects of its
 * reservations.
 */
export function shards(shard: 'tenant' | undefined): Shards {
  if (shard === undefined)
    return { claims: () => ALL, id: () => ALL, counters: () => ALL, tenant: () => ALL };
  const ids = new Map<string, string>();
  const counters = new Map<string, string>();
  const ofTenant = (tenant: string | undefined, what: string): string => {
    if (tenant !== undefined) return `tenant ${tenant}`;
    throw new LlmError(
      'config',
      `${what} must belong to one tenant, because each tenant has a Durable Object; pass a tenant, or set each: 'tenant'`,
    );
  };
  return {
    tenant: ofTenant,
    id: (id) => ids.get(id),
    counters: (prefix) => counters.get(prefix) ?? ofTenant(undefined, 'the counters'),
    claims(id, claims) {
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
