import { casesFor } from '@majordomo/conformance';
import { describe, test } from 'vitest';
import { harnesses } from './harnesses.ts';

// Cases wait most of the time, so they run concurrently.
describe.concurrent.each(harnesses)('%s', (_name, harness) => {
  for (const [name, run] of casesFor(harness)) {
    if (typeof run !== 'string') test(name, { timeout: 60_000 }, run);
  }
});
