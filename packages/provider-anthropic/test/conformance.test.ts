import { anthropicMessages, casesFor, type Harness } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createAnthropic } from '../src/index.ts';

const harness = (model: string, cannot?: Harness['cannot']): [string, Harness] => [
  model,
  {
    wire: anthropicMessages,
    model,
    open: ({ baseURL, apiKey }) => createAnthropic({ baseURL, apiKey }),
    cannot,
  },
];

// One model of each way of thinking, and one that nothing is known of.
describe.each([
  harness('claude-haiku-4-5'),
  harness('claude-opus-5-5', {
    'chain-recover-parameter': 'this model is known to take no temperature: none is sent',
  }),
  harness('my-model'),
])('%s', (_name, each) => {
  for (const [name, run] of casesFor(each)) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
