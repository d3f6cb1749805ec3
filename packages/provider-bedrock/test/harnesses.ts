import { NodeHttpHandler } from '@smithy/node-http-handler';
import { bedrockConverse, type Harness } from '@majordomo/conformance';
import { createBedrock } from '../src/index.ts';

/** The suite's server speaks HTTP/1.1; HTTP/2 is in provider.test.ts and corpus.test.ts. */
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

const DEAF: Harness['cannot'] = { audio: 'this model accepts no audio; Nova Omni does' };

/** One model for each form of thinking, and an unknown model. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  harness('anthropic.claude-sonnet-4-5-20250929-v1:0', DEAF),
  harness('global.anthropic.claude-opus-4-6-v1', DEAF),
  harness('amazon.nova-2-lite-v1:0', DEAF),
  harness('my-model'),
];
