import type { Gate } from '@majordomo/core';

/** A ledger that many processes share. An id that comes twice is one reservation. */
export interface Quotas {
  reserve(tenant: string, id: string, tokens: number, signal: AbortSignal): Promise<boolean>;
  settle(id: string, used: number): Promise<void>;
}

/** Admits a tenant's attempts while there is quota. A denial is `denied`: nobody is benched for it. */
export const tenantQuota = (quotas: Quotas): Gate => ({
  name: 'tenant-quota',
  timeoutMs: 2000,
  async admit({ call, target, attempt, request, signal }) {
    if (call.tenant === undefined) return { deny: 'the call names no tenant' };
    const id = `${call.id}/${target}/${attempt}`;
    const isGranted = await quotas.reserve(call.tenant, id, request.maxTokens ?? 4096, signal);
    if (!isGranted) return { deny: `${call.tenant} is over its quota`, retryAfterMs: 60_000 };
    return { settle: ({ usage }) => quotas.settle(id, (usage?.input ?? 0) + (usage?.output ?? 0)) };
  },
});
