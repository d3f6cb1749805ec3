import { ollamaChat, type Harness } from '@majordomo/conformance';
import { createOllama, type OllamaOptions } from '../src/index.ts';

const harness = (options: OllamaOptions, cannot: Harness['cannot'] = {}, model = 'qwen3:4b'): Harness => ({
  wire: ollamaChat,
  model,
  models: { embedding: 'bge-m3' },
  open: ({ baseURL, apiKey }) => createOllama({ ...options, baseURL, apiKey }),
  cannot,
});

/** The three profiles. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  ['a local server', harness({}, { 'missing-key': 'a local server requires no key' })],
  [
    'the cloud',
    harness({ profile: 'ollama-cloud' }, { audio: 'gpt-oss accepts text only' }, 'gpt-oss:120b-cloud'),
  ],
  ['foreman', harness({ profile: 'foreman' })],
];
