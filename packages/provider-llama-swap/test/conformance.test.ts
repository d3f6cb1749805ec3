import { casesFor, chatDialects, openaiChatWire } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createLlamaSwap } from '../src/index.ts';

describe('llama-swap', () => {
  const cases = casesFor({
    wire: openaiChatWire(chatDialects['llamacpp'] ?? { name: 'llamacpp' }),
    model: 'qwen3:30b',
    open: ({ baseURL, apiKey }) => createLlamaSwap({ baseURL, apiKey }),
    cannot: { 'missing-key': 'a local server asks for no key' },
  });
  for (const [name, run] of cases) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
