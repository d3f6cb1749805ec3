import { casesFor, ollamaChat, type Harness } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createOllama, type OllamaOptions } from '../src/index.ts';

const harness = (options: OllamaOptions, cannot: Harness['cannot'] = {}, model = 'qwen3:4b'): Harness => ({
  wire: ollamaChat,
  model,
  open: ({ baseURL, apiKey }) => createOllama({ ...options, baseURL, apiKey }),
  cannot,
});

describe.each<[string, Harness]>([
  ['a local server', harness({}, { 'missing-key': 'a local server asks for no key' })],
  ['the cloud', harness({ profile: 'ollama-cloud' }, {}, 'gpt-oss:120b-cloud')],
  ['foreman', harness({ profile: 'foreman' })],
])('%s', (_name, provider) => {
  for (const [name, run] of casesFor(provider)) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
