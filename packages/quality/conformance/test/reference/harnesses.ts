import { anthropicMessages, chatDialects, type Harness, openaiChatWire } from '../../src/index.ts';
import { chatDialogue } from './chat.ts';
import { messagesDialogue } from './messages.ts';
import { referenceOperations } from './operations.ts';
import { referenceProvider } from './provider.ts';

/** Harnesses of the reference providers. */
export const harnesses: readonly Harness[] = [
  {
    wire: openaiChatWire(chatDialects['deepseek'] ?? { name: 'deepseek' }),
    model: 'deepseek-chat',
    models: {
      embedding: 'e',
      transcription: 't',
      speech: 's',
      rerank: 'r',
      moderation: 'v',
      classification: 'c',
    },
    open: ({ baseURL, apiKey }) => ({
      ...referenceProvider('deepseek', baseURL, apiKey, chatDialogue),
      ...referenceOperations(baseURL, apiKey ?? ''),
    }),
  },
  {
    wire: anthropicMessages,
    model: 'claude-sonnet-4-5',
    open: ({ baseURL, apiKey }) => referenceProvider('anthropic', baseURL, apiKey, messagesDialogue),
  },
];
