import { workersaiRun, type Harness } from '@majordomo/conformance';
import { createCloudflare } from '../src/index.ts';
import { fakeBinding } from './fake-binding.ts';

const rest: Harness = {
  wire: workersaiRun,
  model: '@cf/openai/gpt-oss-120b',
  models: {
    embedding: '@cf/baai/bge-m3',
    transcription: '@cf/openai/whisper-large-v3-turbo',
    speech: '@cf/deepgram/aura-1',
  },
  open: ({ baseURL, apiKey }) => createCloudflare({ baseURL, apiKey, accountId: 'acc' }),
};

const NO_HEADERS = 'the binding gives a Worker no response headers';
const NO_TYPE = 'the binding gives a Worker no content type';

/** Harness with a binding, which has no address and no key. This binding forwards to the wire server. */
const binding: Harness = {
  ...rest,
  open: ({ baseURL }) => createCloudflare({ binding: fakeBinding(baseURL) }),
  cannot: {
    'missing-key': 'a binding requires no key',
    'request-id': NO_HEADERS,
    'retry-after': NO_HEADERS,
    'chain-retry-after': NO_HEADERS,
    'chain-benched': NO_HEADERS,
    html: NO_TYPE,
    'content-type': NO_TYPE,
  },
};

/** Both transports. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  ['over REST', rest],
  ['with the binding', binding],
];
