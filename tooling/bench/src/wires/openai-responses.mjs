import { KEY } from './wire.mjs';

const functionOf = (tool) => ({ type: 'function', ...tool, strict: false });

/** @type {import('./wire.mjs').Dialect} */
export const openaiResponses = {
  name: 'openai-responses',
  model: 'gpt-5-mini',
  baseURL: (origin) => `${origin}/v1`,
  body: ({ history, tools, streamed }) => ({
    model: openaiResponses.model,
    input: history,
    ...(tools && { tools: tools.map(functionOf) }),
    ...(streamed && { stream: true }),
  }),
  user: (content) => ({ role: 'user', content }),
  turn({ output }) {
    const text = output
      .flatMap(({ type, content }) => (type === 'message' ? content : []))
      .map((part) => part.text);
    const calls = output
      .filter(({ type }) => type === 'function_call')
      .map(({ call_id: id, name, arguments: json }) => ({ id, name, args: JSON.parse(json) }));
    return { text: text.join(''), calls, messages: output };
  },
  results: (calls, output) => calls.map(({ id }) => ({ type: 'function_call_output', call_id: id, output })),
  text: (event) => (event.type === 'response.output_text.delta' ? event.delta : undefined),
  json: (event) => (event.type === 'response.function_call_arguments.delta' ? event.delta : undefined),
  callName: (event) => (event.type === 'response.output_item.added' ? event.item.name : undefined),
  async sdk(baseURL) {
    const { OpenAI } = await import('openai');
    const client = new OpenAI({ apiKey: KEY, baseURL, maxRetries: 0 });
    const create = (body) => client.responses.create(body);
    return { whole: create, stream: create };
  },
  async provider(baseURL, id = 'p') {
    const { createOpenAI } = await import('@majordomo/provider-openai');
    return createOpenAI({ id, apiKey: KEY, baseURL });
  },
};
