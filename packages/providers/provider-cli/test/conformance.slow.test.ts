import { casesFor } from '@majordomo/conformance';
import { afterAll, describe, test } from 'vitest';
import { cleanUp, harnesses } from './harnesses.ts';

afterAll(cleanUp);

describe.concurrent.each(harnesses)('%s', (_name, harness) => {
  for (const [name, run] of casesFor(harness)) {
    if (typeof run !== 'string') test(name, { timeout: 60_000 }, run);
  }
});
