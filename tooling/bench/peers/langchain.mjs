import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { anthropicMessages } from '../src/wires/anthropic-messages.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';
import { EDIT, FOUND, KEY, PROMPT, SEARCH } from '../src/wires/wire.mjs';

process.env.LANGCHAIN_TRACING_V2 = 'false';
process.env.LANGSMITH_TRACING = 'false';

const textOf = ({ content }) =>
  typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
const toolOf = ({ name, description, parameters }) => ({
  type: 'function',
  function: { name, description, parameters },
});

const subject = (dialect, modelAt) => ({
  family: 'langchain',
  wire: dialect.name,
  async open(origin) {
    const model = modelAt(origin);
    return {
      complete: async () => textOf(await model.invoke(PROMPT)),
      async streamText(onDelta) {
        let text = '';
        for await (const chunk of await model.stream(PROMPT)) {
          const delta = textOf(chunk);
          if (delta === '') continue;
          text += delta;
          onDelta?.(delta);
        }
        return text;
      },
      /** Joins chunks with `concat`, as LangChain's documentation shows. */
      async streamTool() {
        let whole;
        for await (const chunk of await model.bindTools([toolOf(EDIT)]).stream(PROMPT))
          whole = whole === undefined ? chunk : whole.concat(chunk);
        const [{ name, args }] = whole.tool_calls;
        return { name, args };
      },
      async runAgent() {
        const { name, description, parameters: schema } = SEARCH;
        const agent = createAgent({ model, tools: [tool(async () => FOUND, { name, description, schema })] });
        const { messages } = await agent.invoke(
          { messages: [{ role: 'user', content: PROMPT }] },
          { recursionLimit: Number.MAX_SAFE_INTEGER },
        );
        const steps = messages.filter((message) => message.getType() === 'tool').length;
        return { steps, text: textOf(messages.at(-1)) };
      },
    };
  },
});

const usual = { apiKey: KEY, maxRetries: 0 };

export const subjects = [
  subject(openaiChat, (origin) => {
    const configuration = { baseURL: openaiChat.baseURL(origin) };
    return new ChatOpenAI({ ...usual, model: openaiChat.model, useResponsesApi: false, configuration });
  }),
  subject(
    anthropicMessages,
    (origin) =>
      new ChatAnthropic({
        ...usual,
        model: anthropicMessages.model,
        maxTokens: 1024,
        anthropicApiUrl: anthropicMessages.baseURL(origin),
      }),
  ),
];
