import { anthropicMessages, type Harness } from '@majordomo/conformance';
import { createAnthropic } from '../src/index.ts';

const harness = (model: string): [string, Harness] => [
  model,
  {
    wire: anthropicMessages,
    model,
    open: ({ baseURL, apiKey }) => createAnthropic({ baseURL, apiKey }),
  },
];

/** One model for each form of thinking, and an unknown model. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  harness('claude-haiku-4-5'),
  harness('claude-opus-5-5'),
  harness('my-model'),
];
