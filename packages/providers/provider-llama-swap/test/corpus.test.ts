import { checkFacts, recordings, testRecordings, type Read } from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { createLlamaSwap } from '../src/index.ts';
import { callModel } from './calls.ts';

testRecordings({
  title: 'recordings of llama.cpp behind llama-swap',
  cases: recordings('openai-chat', 'llamacpp'),
  moreThan: 20,
  play: async (baseURL) => coarse(await callModel(createLlamaSwap({ baseURL }))),
  check: checkFacts('prompt_tokens', 'completion_tokens'),
});

/** Returns the result with coarse error kinds. The recorded kinds do not consider the message. */
const coarse = ({ error, ...read }: Collected): Read => ({
  ...read,
  error: error && {
    kind: error.kind === 'context-overflow' ? 'invalid-request' : error.kind,
    details: error.details,
  },
});
