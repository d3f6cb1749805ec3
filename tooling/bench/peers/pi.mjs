import { runAgentLoop } from '@mariozechner/pi-agent-core';
import { complete, stream } from '@mariozechner/pi-ai';
import { anthropicMessages } from '../src/wires/anthropic-messages.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';
import { EDIT, FOUND, KEY, PROMPT, SEARCH } from '../src/wires/wire.mjs';

const options = { apiKey: KEY, maxRetries: 0 };
const question = { role: 'user', content: PROMPT, timestamp: 0 };

const modelOf = (dialect, api, provider, baseUrl) => ({
  id: dialect.model,
  name: dialect.model,
  api,
  provider,
  baseUrl,
  reasoning: false,
  input: ['text'],
  cost: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 },
  contextWindow: 128_000,
  maxTokens: 4096,
});

/** Throws the error of a message. pi returns a message with an error instead of throwing. */
function sound(message) {
  if (message.stopReason === 'error') throw new Error(message.errorMessage);
  return message;
}

const textOf = (message) =>
  sound(message)
    .content.map((part) => part.text ?? '')
    .join('');

/** pi always streams, also for `complete`. */
const subject = (dialect, api, provider) => ({
  family: 'pi',
  wire: dialect.name,
  async open(origin) {
    const model = modelOf(dialect, api, provider, dialect.baseURL(origin));
    const ask = (tools) => stream(model, { messages: [question], ...(tools && { tools }) }, options);
    return {
      complete: async () => textOf(await complete(model, { messages: [question] }, options)),
      async streamText(onDelta) {
        const events = ask();
        for await (const event of events) if (event.type === 'text_delta') onDelta?.(event.delta);
        return textOf(await events.result());
      },
      async streamTool() {
        const { content } = sound(await ask([EDIT]).result());
        const call = content.find(({ type }) => type === 'toolCall');
        return { name: call?.name, args: call?.arguments };
      },
      async runAgent() {
        const execute = async () => ({ content: [{ type: 'text', text: FOUND }], details: {} });
        const context = {
          systemPrompt: 'Be brief.',
          messages: [],
          tools: [{ ...SEARCH, label: SEARCH.name, execute }],
        };
        const settings = { model, convertToLlm: (messages) => messages, ...options };
        const said = await runAgentLoop([question], context, settings, () => undefined);
        const steps = said.filter(({ role }) => role === 'toolResult').length;
        return { steps, text: textOf(said.at(-1)) };
      },
    };
  },
});

export const subjects = [
  subject(openaiChat, 'openai-completions', 'openai'),
  subject(anthropicMessages, 'anthropic-messages', 'anthropic'),
];
