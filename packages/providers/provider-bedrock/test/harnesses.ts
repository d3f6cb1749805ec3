import { NodeHttpHandler } from '@smithy/node-http-handler';
import { bedrockConverse, type Harness } from '@majordomo/conformance';
import { createBedrock } from '../src/index.ts';

/** Harness over HTTP/1.1, the protocol of the suite's server. provider.test.ts and corpus.slow.test.ts test HTTP/2. */
const harness = (model: string, cannot?: Harness['cannot']): [string, Harness] => [
  model,
  {
    wire: bedrockConverse,
    model,
    models: { embedding: 'amazon.titan-embed-text-v2:0', rerank: 'cohere.rerank-v3-5:0' },
    open: ({ baseURL, apiKey }) =>
      createBedrock({ baseURL, apiKey, region: 'us-east-1', requestHandler: () => new NodeHttpHandler() }),
    cannot: {
      ...cannot,
      'missing-key': 'the AWS SDK searches for credentials itself if none are passed; see chain.test.ts',
    },
  },
];

const NO_AUDIO: Harness['cannot'] = { audio: 'this model accepts no audio; Nova Omni does' };

/** One model for each form of thinking, and an unknown model. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  harness('anthropic.claude-sonnet-4-5-20250929-v1:0', NO_AUDIO),
  harness('global.anthropic.claude-opus-4-6-v1', NO_AUDIO),
  harness('amazon.nova-2-lite-v1:0', NO_AUDIO),
  harness('my-model'),
];
