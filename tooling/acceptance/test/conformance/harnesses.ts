import { anthropicMessages, chatDialects, type Harness, openaiChatWire } from '@majordomo/conformance';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { openaiCompatible, type Profile } from '@majordomo/provider-openai';

/** Server that returns reasoning and supports every operation. */
export const PROFILE: Profile = {
  id: 'deepseek',
  baseURL: 'https://api.deepseek.com',
  keyEnv: 'REFERENCE_KEY',
  quirks: { reasoningReplay: 'echo' },
  rerank: {},
  moderation: { all: { hasFee: true } },
  classification: [{ pattern: /^c$/, quirks: { api: 'decisions' } }],
};

/** Harnesses of the providers that flaws are added to. The providers themselves pass the suite in their packages. */
export const harnesses: readonly Harness[] = [
  {
    wire: openaiChatWire(chatDialects['deepseek']),
    model: 'deepseek-chat',
    models: {
      embedding: 'e',
      transcription: 't',
      speech: 's',
      rerank: 'r',
      moderation: 'v',
      classification: 'c',
    },
    open: ({ baseURL, apiKey }) => openaiCompatible(PROFILE, { baseURL, apiKey }),
  },
  {
    wire: anthropicMessages,
    model: 'claude-sonnet-4-5',
    open: ({ baseURL, apiKey }) => createAnthropic({ baseURL, apiKey }),
  },
];
