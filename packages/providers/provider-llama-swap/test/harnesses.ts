import { chatDialects, openaiChatWire, type Harness } from '@majordomo/conformance';
import { createLlamaSwap } from '../src/index.ts';

/** Harness with llama.cpp behind the server. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  [
    'llama-swap',
    {
      wire: openaiChatWire(chatDialects['llamacpp']),
      model: 'qwen3:30b',
      models: { embedding: 'bge-m3', transcription: 'whisper', speech: 'kokoro' },
      open: ({ baseURL, apiKey }) => createLlamaSwap({ baseURL, apiKey }),
      cannot: {
        'missing-key': 'a local server requires no key',
        citations: 'llama.cpp does not search, so it returns no sources',
        file: 'no recording shows that llama.cpp accepts documents',
      },
    },
  ],
];
