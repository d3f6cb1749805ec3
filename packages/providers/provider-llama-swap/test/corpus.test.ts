import {
  CUTS,
  expectedFacts,
  facts,
  hasRecordings,
  plays,
  recordings,
  skippedNote,
  testServer,
  type Read,
} from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createLlamaSwap } from '../src/index.ts';
import { callModel } from './calls.ts';

const cases = recordings('openai-chat', 'llamacpp');

describe.skipIf(!hasRecordings)(`recordings of llama.cpp behind llama-swap${skippedNote}`, () => {
  it('exist', () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  describe.each(CUTS)('in %s', (_name, cut) => {
    it.each(cases.map((recording) => [recording.id, recording] as const))('%s', async (_id, recording) => {
      await using server = await testServer(plays(recording, cut));
      const collected = coarse(await callModel(createLlamaSwap({ baseURL: server.origin })));
      const { expected } = recording;
      expect(facts(collected, expected)).toEqual(
        expectedFacts(expected, 'prompt_tokens', 'completion_tokens'),
      );
    });
  });
});

/** Returns the result with coarse error kinds. The recorded kinds do not consider the message. */
const coarse = ({ error, ...read }: Collected): Read => ({
  ...read,
  error: error && {
    kind: error.kind === 'context-overflow' ? 'invalid-request' : error.kind,
    details: error.details,
  },
});
