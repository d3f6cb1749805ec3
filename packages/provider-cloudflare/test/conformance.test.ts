import { casesFor, workersaiRun, type Harness } from '@majordomo/testing';
import { describe, test } from 'vitest';
import { createCloudflare } from '../src/index.ts';
import { fakeBinding } from './fake-binding.ts';

const rest: Harness = {
  wire: workersaiRun,
  model: '@cf/openai/gpt-oss-120b',
  open: ({ baseURL, apiKey }) => createCloudflare({ baseURL, apiKey, accountId: 'acc' }),
};

/** The binding has no address and no key; behind this one stands the wire server. */
const binding: Harness = {
  ...rest,
  open: ({ baseURL }) => createCloudflare({ binding: fakeBinding(baseURL) }),
  cannot: {
    'missing-key': 'a binding needs no key',
    'request-id': 'a binding tells no headers',
    'retry-after': 'a binding tells no headers',
    'chain-retry-after': 'a binding tells no headers',
    'chain-benched': 'a binding tells no headers',
    html: 'a binding tells no content type',
    'content-type': 'a binding tells no content type',
  },
};

describe.each<[string, Harness]>([
  ['over REST', rest],
  ['by the binding', binding],
])('%s', (_name, harness) => {
  for (const [name, run] of casesFor(harness)) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test(name, run);
  }
});
