import { casesFor, chatDialects, openaiChatWire } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createGroq } from '../src/index.ts';

describe.each(['m', 'gpt-oss-120b'])('groq/%s', (model) => {
  const cases = casesFor({
    wire: openaiChatWire(chatDialects['groq'] ?? { name: 'groq' }),
    model,
    open: ({ baseURL, apiKey }) => createGroq({ baseURL: new URL(baseURL).origin, apiKey }),
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
