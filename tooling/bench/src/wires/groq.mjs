import { completionsOf, openaiChat } from './openai-chat.mjs';
import { KEY } from './wire.mjs';

/** @type {import('./wire.mjs').Dialect} */
export const groq = {
  ...openaiChat,
  name: 'groq',
  model: 'openai/gpt-oss-120b',
  baseURL: (origin) => origin,
  body: (ask) => ({ ...openaiChat.body(ask), model: groq.model }),
  async sdk(baseURL) {
    const { Groq } = await import('groq-sdk');
    return completionsOf(new Groq({ apiKey: KEY, baseURL, maxRetries: 0 }));
  },
  async provider(baseURL, id = 'p') {
    const { createGroq } = await import('@majordomo/provider-groq');
    return createGroq({ id, apiKey: KEY, baseURL });
  },
};
