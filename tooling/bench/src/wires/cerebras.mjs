import { completionsOf, openaiChat } from './openai-chat.mjs';
import { KEY } from './wire.mjs';

/** @type {import('./wire.mjs').Dialect} */
export const cerebras = {
  ...openaiChat,
  name: 'cerebras',
  model: 'gpt-oss-120b',
  baseURL: (origin) => origin,
  body: (ask) => ({ ...openaiChat.body(ask), model: cerebras.model }),
  async sdk(baseURL) {
    const { Cerebras } = await import('@cerebras/cerebras_cloud_sdk');
    return completionsOf(new Cerebras({ apiKey: KEY, baseURL, maxRetries: 0, warmTCPConnection: false }));
  },
  async provider(baseURL, id = 'p') {
    const { createCerebras } = await import('@majordomo/provider-cerebras');
    return createCerebras({ id, apiKey: KEY, baseURL });
  },
};
