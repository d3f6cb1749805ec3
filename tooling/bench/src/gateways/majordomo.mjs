import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { undiciFetch } from '@majordomo/undici';

/** Runs the gateway like `majordomo serve`: with its defaults, the `fetch` of `@majordomo/undici`, and an authenticated caller. */
export async function listen(dialect, origin) {
  const providers = [await dialect.provider(dialect.baseURL(origin))];
  const gateway = createGateway({
    majordomo: createMajordomo({ env: {}, providers, fetch: undiciFetch() }),
    models: { [dialect.model]: `p/${dialect.model}` },
    authorize: () => ({ tenant: 'bench' }),
  });
  const { url } = await serve(gateway, { port: 0 });
  return { url };
}
