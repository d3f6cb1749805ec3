import { chatDialects, openaiChatWire, type Harness } from '@majordomo/conformance';
import { createGroq } from '../src/index.ts';

const harness = (model: string, cannot?: Harness['cannot']): [string, Harness] => [
  `groq/${model}`,
  {
    wire: openaiChatWire(chatDialects['groq']),
    model,
    models: { transcription: 'whisper-large-v3-turbo', speech: 'canopylabs/orpheus-v1-english' },
    open: ({ baseURL, apiKey }) => createGroq({ baseURL: new URL(baseURL).origin, apiKey }),
    cannot: {
      file: 'no recording shows that this vendor accepts documents',
      audio: 'no recording shows that this vendor accepts audio in a chat',
      ...cannot,
      'reasoning-replay': 'no recording shows that this vendor accepts its reasoning, so it is not sent',
    },
  },
];

/** An unknown and a known model. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  harness('m'),
  harness('gpt-oss-120b', { image: 'gpt-oss accepts text only' }),
];
