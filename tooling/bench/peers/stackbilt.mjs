import { LLMProviders } from '@stackbilt/llm-providers';
import { anthropicMessages } from '../src/wires/anthropic-messages.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';
import { KEY, PROMPT } from '../src/wires/wire.mjs';

/** It streams text only, no tool calls. */
const subject = (dialect, provider) => ({
  family: 'stackbilt',
  wire: dialect.name,
  async open(origin) {
    const client = new LLMProviders({ [provider]: { apiKey: KEY, baseUrl: dialect.baseURL(origin) } });
    const request = { model: dialect.model, messages: [{ role: 'user', content: PROMPT }], maxTokens: 1024 };
    return {
      complete: async () => (await client.generateResponse(request)).message,
      async streamText(onDelta) {
        let text = '';
        for await (const delta of await client.generateResponseStream(request)) {
          text += delta;
          onDelta?.(delta);
        }
        return text;
      },
    };
  },
});

export const subjects = [subject(openaiChat, 'openai'), subject(anthropicMessages, 'anthropic')];
