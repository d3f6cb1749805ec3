import { serveA2a } from '@majordomo/a2a';
import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { createCloudflare } from '@majordomo/provider-cloudflare';

// The test replaces the address of the vendor.
const cloudflare = createCloudflare({ baseURL: 'http://vendor.invalid', accountId: 'acc', apiKey: 'key' });
const majordomo = createMajordomo({ providers: [cloudflare] });
const server = serveA2a({
  agent: createAgent({ model: majordomo.model('cloudflare/@cf/openai/gpt-oss-120b') }),
  url: 'https://desk.internal/a2a',
  card: { name: 'Desk', description: 'Answers', version: '1.0.0' },
  authorize: ({ headers }) => (headers.get('authorization') === 'Bearer key' ? { user: 'page' } : undefined),
});

/** Serves an agent to other Workers. */
export default { fetch: (request) => server.fetch(request) };
