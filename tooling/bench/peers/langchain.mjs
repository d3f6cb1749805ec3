import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
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
      /** Chunks are put together by `concat`, as its documentation shows. */
      async streamTool() {
        let whole;
        for await (const chunk of await model.bindTools([toolOf(EDIT)]).stream(PROMPT))
          whole = whole === undefined ? chunk : whole.concat(chunk);
        const [{ name, args }] = whole.tool_calls;
        return { name, args };
      },
      /** A loop by hand: `createAgent` did not install with these versions. */
      async runAgent() {
        const bound = model.bindTools([toolOf(SEARCH)]);
        const history = [new HumanMessage(PROMPT)];
        for (let steps = 0; ; steps++) {
          const answer = await bound.invoke(history);
          const calls = answer.tool_calls ?? [];
          if (calls.length === 0) return { steps, text: textOf(answer) };
          const results = calls.map(({ id }) => new ToolMessage({ content: FOUND, tool_call_id: id }));
          history.push(answer, ...results);
        }
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
