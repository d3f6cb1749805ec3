import * as suite from '@majordomo/conformance';
import { openaiResponses, type Harness } from '@majordomo/conformance';
import { createOpenAI } from '@majordomo/provider-openai';
import { casesOf } from '@majordomo/test-support/run-cases';
import { afterAll, describe } from 'vitest';
import { OPENAI_MODELS } from '../../provider-openai/test/harness-models.ts';
import { socketFetch } from '../src/index.ts';
import { startBridge } from './support/bridge.ts';

const bridge = await startBridge();
const sockets = socketFetch({ open: bridge.open, maxSockets: 100 });
afterAll(async () => {
  sockets.close();
  await bridge[Symbol.asyncDispose]();
});

const NO_BODY = 'a socket has messages and no body, so the failure is a closed socket, of kind network';

const harness: Harness = {
  wire: openaiResponses,
  model: 'gpt-5',
  models: OPENAI_MODELS,
  open: ({ baseURL, apiKey }) => createOpenAI({ baseURL, apiKey, fetch: sockets }),
  cannot: {
    'non-streaming-equals-deltas':
      'a request is streamed over a socket in both cases; sockets.slow.test.ts compares them',
    end: NO_BODY,
    'bad-json': NO_BODY,
    html: NO_BODY,
    'empty-body': NO_BODY,
    'content-type': NO_BODY,
    'chain-bad-json': NO_BODY,
  },
};

describe.concurrent.each([['OpenAI over sockets', harness] as const])(
  '%s',
  casesOf(suite, ['OpenAI over sockets']),
);
