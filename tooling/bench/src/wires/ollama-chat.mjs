import { KEY } from './wire.mjs';

const functionOf = (tool) => ({ type: 'function', function: tool });

/** @type {import('./wire.mjs').Dialect} */
export const ollamaChat = {
  name: 'ollama-chat',
  model: 'qwen3:8b',
  baseURL: (origin) => origin,
  body: ({ history, tools, streamed = false }) => ({
    model: ollamaChat.model,
    messages: history,
    stream: streamed,
    ...(tools && { tools: tools.map(functionOf) }),
  }),
  user: (content) => ({ role: 'user', content }),
  turn({ message }) {
    const calls = message.tool_calls ?? [];
    return {
      text: message.content,
      calls: calls.map(({ id, function: { name, arguments: args } }) => ({ id, name, args })),
      messages: [message],
    };
  },
  results: (calls, content) => calls.map(({ name }) => ({ role: 'tool', tool_name: name, content })),
  text: (event) => event.message.content,
  json: () => undefined,
  callName: () => undefined,
  async sdk(host) {
    const { Ollama } = await import('ollama');
    const client = new Ollama({ host, headers: { authorization: `Bearer ${KEY}` } });
    const chat = (body) => client.chat(body);
    return { whole: chat, stream: chat };
  },
  async provider(baseURL, id = 'p') {
    const { createOllama } = await import('@majordomo/provider-ollama');
    return createOllama({ id, apiKey: KEY, baseURL });
  },
};
