import type { Gate } from '@majordomo/core';

/** Quotas that several processes share. Reservations with the same id are counted once. */
export interface Quotas {
  reserve(tenant: string, id: string, tokens: number, signal: AbortSignal): Promise<boolean>;
  settle(id: string, used: number): Promise<void>;
}

/** Admits a tenant's attempts while quota remains. A denial has the kind `denied` and does not bench a target. */
export const tenantQuota = (quotas: Quotas): Gate => ({
  name: 'tenant-quota',
  timeoutMs: 2000,
  async admit({ call, target, attempt, request, signal }) {
    if (call.tenant === undefined) return { deny: 'the call has no tenant' };
    const id = `${call.id}/${target}/${attempt}`;
    const isGranted = await quotas.reserve(call.tenant, id, request.maxTokens ?? 4096, signal);
    if (!isGranted) return { deny: `the quota of ${call.tenant} is exhausted`, retryAfterMs: 60_000 };
    return { settle: ({ usage }) => quotas.settle(id, (usage?.input ?? 0) + (usage?.output ?? 0)) };
  },
});
