import { chatDialects, openaiChatWire, type Harness } from '@majordomo/conformance';
import { createCerebras } from '../src/index.ts';

const harness = (model: string, cannot?: Harness['cannot']): [string, Harness] => [
  `cerebras/${model}`,
  {
    wire: openaiChatWire(chatDialects['cerebras']),
    model,
    open: ({ baseURL, apiKey }) => createCerebras({ baseURL: new URL(baseURL).origin, apiKey }),
    cannot: {
      file: 'no recording shows that this vendor accepts documents',
      citations: 'no recording shows that this vendor returns sources',
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
