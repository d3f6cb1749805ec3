import { Anthropic } from '@anthropic-ai/sdk';
import { ANSWER, check, GATEWAY, HELLO, KEY, MODEL, WEATHER, weather } from './checks.mjs';

const client = new Anthropic({ apiKey: KEY, baseURL: GATEWAY, maxRetries: 0 });
const hi = [{ role: 'user', content: 'hi' }];
const options = { model: MODEL, max_tokens: 1000 };
const textOf = ({ content }) => content.map(({ text = '' }) => text).join('');

await check(
  'messages',
  async () => textOf(await client.messages.create({ ...options, messages: hi })),
  HELLO,
);
await check(
  'messages, streamed tool loop',
  async () => {
    const { name, description, parameters } = WEATHER;
    const withTools = { ...options, tools: [{ name, description, input_schema: parameters }] };
    const { content } = await client.messages.stream({ ...withTools, messages: hi }).finalMessage();
    const results = content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, input }) => ({ type: 'tool_result', tool_use_id: id, content: weather(input) }));
    const messages = [...hi, { role: 'assistant', content }, { role: 'user', content: results }];
    return textOf(await client.messages.stream({ ...withTools, messages }).finalMessage());
  },
  ANSWER,
);
