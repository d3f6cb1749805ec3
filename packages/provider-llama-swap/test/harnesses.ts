import { chatDialects, openaiChatWire, type Harness } from '@majordomo/conformance';
import { createLlamaSwap } from '../src/index.ts';

/** llama.cpp behind the server. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  [
    'llama-swap',
    {
      wire: openaiChatWire(chatDialects['llamacpp'] ?? { name: 'llamacpp' }),
      model: 'qwen3:30b',
      models: { embedding: 'bge-m3', transcription: 'whisper', speech: 'kokoro' },
      open: ({ baseURL, apiKey }) => createLlamaSwap({ baseURL, apiKey }),
      cannot: {
        'missing-key': 'a local server asks for no key',
        citations: 'llama.cpp searches nothing, and so tells no sources',
        file: 'no recording shows that llama.cpp reads documents',
      },
    },
  ],
];
