import { describe, it } from 'vitest';
import { anthropicMessages, casesFor, chatDialects, openaiChatWire, type Harness } from '../src/index.ts';
import { chatDialogue } from './reference/chat.ts';
import { messagesDialogue } from './reference/messages.ts';
import { referenceProvider } from './reference/provider.ts';

const harnesses: readonly Harness[] = [
  {
    wire: openaiChatWire(chatDialects['deepseek'] ?? { name: 'deepseek' }),
    model: 'deepseek-chat',
    open: ({ baseURL, apiKey }) => referenceProvider('deepseek', baseURL, apiKey, chatDialogue),
  },
  {
    wire: anthropicMessages,
    model: 'claude-sonnet-4-5',
    open: ({ baseURL, apiKey }) => referenceProvider('anthropic', baseURL, apiKey, messagesDialogue),
  },
];

describe.each(harnesses)('a provider for $wire.name', (harness) => {
  for (const [name, run] of casesFor(harness)) {
    if (typeof run === 'string') it.skip(`${name} (${run})`);
    else it(name, run);
  }
});
