import { anthropicMessages, casesFor, type Harness } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createAnthropic } from '../src/index.ts';

const harness = (model: string): Harness => ({
  wire: anthropicMessages,
  model,
  open: ({ baseURL, apiKey }) => createAnthropic({ baseURL, apiKey }),
});

// One model of each way of thinking, and one that nothing is known of.
describe.each([
  'claude-haiku-4-5',
  'claude-opus-4-6',
  'claude-opus-5-5',
  'claude-3-5-haiku-latest',
  'my-model',
])('%s', (model) => {
  for (const [name, run] of casesFor(harness(model))) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
