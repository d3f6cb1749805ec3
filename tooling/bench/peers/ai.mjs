import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, streamObject, streamText, tool } from 'ai';
import { anthropicMessages } from '../src/wires/anthropic-messages.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';
import { EDIT, FOUND, KEY, PROMPT, SEARCH } from '../src/wires/wire.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;

const toolOf = ({ description, parameters }, execute) =>
  tool({ description, inputSchema: jsonSchema(parameters), ...(execute && { execute }) });

const subject = (dialect, modelAt) => ({
  family: 'ai',
  wire: dialect.name,
  async open(origin) {
    const question = { model: modelAt(origin), prompt: PROMPT, maxRetries: 0 };
    return {
      complete: async () => (await generateText(question)).text,
      async streamText(onDelta) {
        let text = '';
        for await (const delta of streamText(question).textStream) {
          text += delta;
          onDelta?.(delta);
        }
        return text;
      },
      async streamTool() {
        const { fullStream } = streamText({ ...question, tools: { [EDIT.name]: toolOf(EDIT) } });
        let call;
        for await (const part of fullStream) if (part.type === 'tool-call') call = part;
        return { name: call?.toolName, args: call?.input };
      },
      async streamJson() {
        const { partialObjectStream } = streamObject({ ...question, schema: jsonSchema(EDIT.parameters) });
        let last;
        for await (const value of partialObjectStream) last = value;
        return last;
      },
      async runAgent() {
        const tools = { [SEARCH.name]: toolOf(SEARCH, async () => FOUND) };
        const { steps, text } = await generateText({ ...question, tools, stopWhen: stepCountIs(Infinity) });
        return { steps: steps.length - 1, text };
      },
    };
  },
});

export const subjects = [
  subject(openaiChat, (origin) =>
    createOpenAI({ apiKey: KEY, baseURL: openaiChat.baseURL(origin) }).chat(openaiChat.model),
  ),
  subject(anthropicMessages, (origin) =>
    createAnthropic({ apiKey: KEY, baseURL: `${origin}/v1` })(anthropicMessages.model),
  ),
];
