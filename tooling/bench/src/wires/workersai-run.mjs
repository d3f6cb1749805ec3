import { openaiChat } from './openai-chat.mjs';
import { KEY } from './wire.mjs';

/**
 * Workers AI over REST, which has no SDK: raw is what it is measured beside. The answer is one of Chat Completions in an envelope.
 *
 * @type {import('./wire.mjs').Dialect}
 */
export const workersaiRun = {
  ...openaiChat,
  name: 'workersai-run',
  model: '@cf/meta/llama-4-scout-17b-16e-instruct',
  baseURL: (origin) => `${origin}/client/v4`,
  path: () => `/accounts/account/ai/run/${workersaiRun.model}`,
  body: (ask) => ({ ...openaiChat.body(ask), model: undefined }),
  turn: ({ result }) => openaiChat.turn(result),
  sdk: undefined,
  async provider(baseURL, id = 'p') {
    const { createCloudflare } = await import('@majordomo/provider-cloudflare');
    return createCloudflare({ id, accountId: 'account', apiKey: KEY, baseURL });
  },
};
