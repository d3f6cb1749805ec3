import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { anthropicMessages } from '../src/wires/anthropic-messages.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';
import { EDIT, FOUND, KEY, PROMPT, SEARCH } from '../src/wires/wire.mjs';

process.env.MASTRA_TELEMETRY_DISABLED = '1';

const toolOf = ({ name, description, parameters }, execute) =>
  createTool({ id: name, description, inputSchema: parameters, ...(execute && { execute }) });

/** Mastra uses models of the AI SDK and makes calls through an agent. */
const subject = (dialect, modelAt) => ({
  family: 'mastra',
  wire: dialect.name,
  async open(origin) {
    const agentWith = (tools) =>
      new Agent({
        id: 'bench',
        name: 'bench',
        instructions: 'Be brief.',
        model: modelAt(origin),
        maxRetries: 0,
        ...(tools && { tools }),
      });
    const agent = agentWith();
    const once = { maxSteps: 1 };
    return {
      complete: async () => (await agent.generate(PROMPT, once)).text,
      async streamText(onDelta) {
        let text = '';
        for await (const delta of (await agent.stream(PROMPT, once)).textStream) {
          text += delta;
          onDelta?.(delta);
        }
        return text;
      },
      async streamTool() {
        const { fullStream } = await agentWith({ [EDIT.name]: toolOf(EDIT) }).stream(PROMPT, once);
        let call;
        for await (const part of fullStream) if (part.type === 'tool-call') call = part.payload;
        return { name: call?.toolName, args: call?.args };
      },
      async runAgent() {
        const tools = { [SEARCH.name]: toolOf(SEARCH, async () => FOUND) };
        const { steps, text } = await agentWith(tools).generate(PROMPT, {
          maxSteps: Number.MAX_SAFE_INTEGER,
        });
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
