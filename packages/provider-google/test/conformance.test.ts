import { casesFor } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { harnesses } from './harnesses.ts';

describe.each(harnesses)('%s', (_name, harness) => {
  for (const [name, run] of casesFor(harness)) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
