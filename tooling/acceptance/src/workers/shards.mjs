/* global Response, URL, crypto -- of the runtime */
import { cloudflareStores, LedgerObject } from '@majordomo/store-cloudflare';

export { LedgerObject };

/**
 * Makes reservations and settles them, for several tenants in parallel and sequentially for each tenant. Used by
 * `soak/shards.ts`.
 */
export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    const [tenants, pairs] = ['tenants', 'pairs'].map((name) => Number(searchParams.get(name)));
    const shard = searchParams.get('shard') ?? undefined;
    const limit = { max: 10n ** 12n, amount: 1n, resetsInMs: 3_600_000, whenLapsed: 'spent' };
    const ofTenant = async (tenant) => {
      const { ledger } = cloudflareStores({ ledger: env.LEDGER, shard });
      const claim = { ...limit, counter: `${tenant} month`, tenant };
      for (let n = 0; n < pairs; n++) {
        const id = crypto.randomUUID();
        await ledger.reserve(id, [claim], 30_000);
        await ledger.settle(id, [{ counter: claim.counter, amount: 1n }]);
      }
    };
    await Promise.all(Array.from({ length: tenants }, (_, n) => ofTenant(`tenant ${n}`)));
    return Response.json({});
  },
};
