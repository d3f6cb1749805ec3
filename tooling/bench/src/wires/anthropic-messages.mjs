import { KEY } from './wire.mjs';

const toolOf = ({ name, description, parameters }) => ({ name, description, input_schema: parameters });
const isDelta = (event, type) => event.type === 'content_block_delta' && event.delta.type === type;

/** @type {import('./wire.mjs').Dialect} */
export const anthropicMessages = {
  name: 'anthropic-messages',
  model: 'claude-haiku-4-5-20251001',
  baseURL: (origin) => origin,
  body: ({ history, tools, streamed }) => ({
    model: anthropicMessages.model,
    max_tokens: 1024,
    messages: history,
    ...(tools && { tools: tools.map(toolOf) }),
    ...(streamed && { stream: true }),
  }),
  user: (content) => ({ role: 'user', content }),
  assistant: (text) => ({ role: 'assistant', content: [{ type: 'text', text }] }),
  turn({ content }) {
    const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    const calls = content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id, name, args: input }));
    return { text, calls, messages: [{ role: 'assistant', content }] };
  },
  results: (calls, content) => [
    { role: 'user', content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content })) },
  ],
  text: (event) => (isDelta(event, 'text_delta') ? event.delta.text : undefined),
  json: (event) => (isDelta(event, 'input_json_delta') ? event.delta.partial_json : undefined),
  callName: (event) => (event.type === 'content_block_start' ? event.content_block.name : undefined),
  async sdk(baseURL) {
    const { Anthropic } = await import('@anthropic-ai/sdk');
    const client = new Anthropic({ apiKey: KEY, baseURL, maxRetries: 0 });
    const create = (body) => client.messages.create(body);
    return { whole: create, stream: create };
  },
  async provider(baseURL, id = 'p') {
    const { createAnthropic } = await import('@majordomo/provider-anthropic');
    return createAnthropic({ id, apiKey: KEY, baseURL });
  },
};
