import { chatDialects, openaiChatWire, type Harness } from '@majordomo/conformance';
import { createCerebras } from '../src/index.ts';

const harness = (model: string, cannot?: Harness['cannot']): [string, Harness] => [
  `cerebras/${model}`,
  {
    wire: openaiChatWire(chatDialects['cerebras'] ?? { name: 'cerebras' }),
    model,
    open: ({ baseURL, apiKey }) => createCerebras({ baseURL: new URL(baseURL).origin, apiKey }),
    cannot: {
      file: 'no recording shows that this vendor reads documents',
      citations: 'no recording shows that this vendor tells sources',
      audio: 'no recording shows that this vendor hears audio in a chat',
      ...cannot,
      'reasoning-replay': 'no recording shows that this vendor takes its reasoning back: it is not sent',
    },
  },
];

/** A model that nothing is known of, and one that is. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  harness('m'),
  harness('gpt-oss-120b', { image: 'gpt-oss reads text alone, here as at its maker' }),
];
