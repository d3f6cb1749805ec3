import { casesFor } from '../src/index.ts';
import { describe, it } from 'vitest';
import { harnesses } from './reference/harnesses.ts';

describe.concurrent.each(harnesses)('a provider for $wire.name', (harness) => {
  for (const [name, run] of casesFor(harness)) {
    if (typeof run !== 'string') it(name, { timeout: 60_000 }, run);
  }
});
