import { KEY } from './wire.mjs';

const functionOf = (tool) => ({ type: 'function', function: tool });
const partOf = (event) => event.choices[0]?.delta.tool_calls?.[0]?.function;

/** @returns {import('./wire.mjs').Sdk} of a client that speaks this wire: all of them have the same method */
export function completionsOf(client) {
  const create = (body) => client.chat.completions.create(body);
  return { whole: create, stream: create };
}

/** @type {import('./wire.mjs').Dialect} */
export const openaiChat = {
  name: 'openai-chat',
  model: 'gpt-4o-mini',
  baseURL: (origin) => `${origin}/v1`,
  path: '/chat/completions',
  headers: { authorization: `Bearer ${KEY}` },
  body: ({ history, tools, streamed }) => ({
    model: openaiChat.model,
    messages: history,
    ...(tools && { tools: tools.map(functionOf) }),
    ...(streamed && { stream: true }),
  }),
  user: (content) => ({ role: 'user', content }),
  assistant: (content) => ({ role: 'assistant', content }),
  turn({ choices: [{ message }] }) {
    const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: json } }) => ({
      id,
      name,
      args: JSON.parse(json),
    }));
    return { text: message.content ?? '', calls, messages: [message] };
  },
  said: (content) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: openaiChat.model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  }),
  results: (calls, content) => calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content })),
  text: (event) => event.choices[0]?.delta.content,
  json: (event) => partOf(event)?.arguments,
  callName: (event) => partOf(event)?.name,
  async sdk(baseURL) {
    const { OpenAI } = await import('openai');
    return completionsOf(new OpenAI({ apiKey: KEY, baseURL, maxRetries: 0 }));
  },
  async provider(baseURL, id = 'p') {
    const { createOpenAI } = await import('@majordomo/provider-openai');
    return createOpenAI({ id, api: 'chat', apiKey: KEY, baseURL });
  },
};
