import { anthropicMessages, type Harness } from '@majordomo/testing';
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

/** One model of each way of thinking, and one that nothing is known of. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  harness('claude-haiku-4-5'),
  harness('claude-opus-5-5', {
    'chain-recover-parameter': 'this model is known to take no temperature: none is sent',
  }),
  harness('my-model'),
];
