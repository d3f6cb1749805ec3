import { casesFor, chatDialects, openaiChatWire } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createCerebras } from '../src/index.ts';

describe.each(['m', 'gpt-oss-120b'])('cerebras/%s', (model) => {
  const cases = casesFor({
    wire: openaiChatWire(chatDialects['cerebras'] ?? { name: 'cerebras' }),
    model,
    open: ({ baseURL, apiKey }) => createCerebras({ baseURL: new URL(baseURL).origin, apiKey }),
    cannot: {
      ...(model === 'm' ? undefined : { image: 'this model reads text alone' }),
      'reasoning-replay': 'no recording shows that this vendor takes its reasoning back: it is not sent',
    },
  });
  for (const [name, run] of cases) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
