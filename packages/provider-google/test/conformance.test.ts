import { casesFor, geminiGenerate, type Harness } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createGoogle } from '../src/index.ts';

const harness = (model: string): Harness => ({
  wire: geminiGenerate,
  model,
  open: ({ baseURL, apiKey }) => createGoogle({ baseURL, apiKey }),
});

// One model of each way of thinking, and one that nothing is known of.
describe.each(['gemini-3.8-flash', 'gemini-2.5-pro', 'gemini-2.0-flash', 'my-model'])('%s', (model) => {
  for (const [name, run] of casesFor(harness(model))) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
