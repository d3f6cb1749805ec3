/* global Response, URL -- of the runtime */
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { cached } from '@majordomo/cache';
import { cloudflareStores, LedgerObject, RecordsObject } from '@majordomo/store-cloudflare';

export { LedgerObject, RecordsObject };

/** A Worker that makes one call per request, with a limit of ten calls per month and a record after each response. */
export default {
  async fetch(request, env, context) {
    const { searchParams } = new URL(request.url);
    const parameter = (name) => searchParams.get(name) ?? undefined;
    // Access of the tests to a Durable Object. The stores also run in the process of the tests.
    if (parameter('object') !== undefined) {
      const namespace = env[parameter('class') ?? 'LEDGER'];
      return namespace.get(namespace.idFromName(parameter('object'))).fetch(request);
    }
    const stores = cloudflareStores({ ledger: env.LEDGER, cache: env.CACHE, shard: parameter('shard') });
    const each = parameter('shard') === undefined ? undefined : ['tenant'];
    const ledger = createLedger({
      store: stores.ledger,
      limits: [{ name: 'ten', max: { requests: 10 }, per: 'month', each }],
      storeTimeoutMs: 10_000,
    });
    const vendor = createCloudflare({ baseURL: parameter('vendor'), accountId: 'acc', apiKey: 'key' });
    const majordomo = createMajordomo({ providers: [vendor], gates: [ledger.gate] });
    const chain = majordomo.model('cloudflare/@cf/openai/gpt-oss-120b');
    const model =
      parameter('cached') === undefined
        ? chain
        : cached(chain, { store: stores.cache, namespace: 'v1', timeoutMs: 10_000 });
    const options = { tenant: parameter('tenant'), waitUntil: (promise) => context.waitUntil(promise) };
    try {
      const { text, warnings } = await model.generate(
        { messages: [user(parameter('ask') ?? 'hi')] },
        options,
      );
      return Response.json({ text, warnings: warnings.length });
    } catch (error) {
      if (!LlmError.is(error)) throw error;
      return Response.json({ kind: error.kind, message: error.message }, { status: 429 });
    }
  },
};
