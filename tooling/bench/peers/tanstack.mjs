import { chat, maxIterations, toolDefinition } from '@tanstack/ai';
import { createAnthropicChat } from '@tanstack/ai-anthropic';
import { createOpenaiChatCompletions } from '@tanstack/ai-openai';
import { anthropicMessages } from '../src/wires/anthropic-messages.mjs';
import { openaiChat } from '../src/wires/openai-chat.mjs';
import { EDIT, FOUND, KEY, PROMPT, SEARCH } from '../src/wires/wire.mjs';

const toolOf = ({ name, description, parameters }) =>
  toolDefinition({ name, description, inputSchema: parameters });

/** A response that contains an error ends like any other response. */
function sound(event) {
  if (event.type === 'RUN_ERROR') throw new Error(event.message);
  return event;
}

/** TanStack AI always streams, also for a complete response. */
const subject = (dialect, adapterAt) => ({
  family: 'tanstack',
  wire: dialect.name,
  async open(origin) {
    const adapter = adapterAt(origin);
    const ask = (more) => chat({ adapter, messages: [{ role: 'user', content: PROMPT }], ...more });
    return {
      complete: () => ask({ stream: false }),
      async streamText(onDelta) {
        let text = '';
        for await (const event of ask()) {
          if (sound(event).type !== 'TEXT_MESSAGE_CONTENT') continue;
          text += event.delta;
          onDelta?.(event.delta);
        }
        return text;
      },
      async streamTool() {
        let name;
        let json = '';
        for await (const event of ask({ tools: [toolOf(EDIT)] })) {
          if (sound(event).type === 'TOOL_CALL_START') name = event.toolCallName;
          if (event.type === 'TOOL_CALL_ARGS') json += event.delta;
        }
        return { name, args: JSON.parse(json) };
      },
      async runAgent() {
        let steps = 0;
        const search = toolOf(SEARCH).server(async () => {
          steps++;
          return FOUND;
        });
        const text = await ask({
          stream: false,
          tools: [search],
          agentLoopStrategy: maxIterations(Number.MAX_SAFE_INTEGER),
        });
        return { steps, text };
      },
    };
  },
});

const settings = (dialect, origin) => ({ baseURL: dialect.baseURL(origin), maxRetries: 0 });

export const subjects = [
  subject(openaiChat, (origin) =>
    createOpenaiChatCompletions(openaiChat.model, KEY, settings(openaiChat, origin)),
  ),
  subject(anthropicMessages, (origin) =>
    createAnthropicChat(anthropicMessages.model, KEY, settings(anthropicMessages, origin)),
  ),
];
