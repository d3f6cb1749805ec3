import { describe, expect, it } from 'vitest';
import { createLlamaSwap } from '../src/index.ts';
import { ask } from './calls.ts';
import { expectedFacts, facts } from './facts.ts';
import { plays, SPLITS, type Split } from './playback.ts';
import { recordings, skippedNote } from './recordings.ts';
import { testServer } from './server.ts';

const cases = recordings('corpus/llamacpp/*', 'openai-chat');

describe.skipIf(cases.length === 0)(`recordings of llama.cpp behind llama-swap${skippedNote}`, () => {
  it('are there', () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  describe.each(Object.keys(SPLITS) as Split[])('in %s', (split) => {
    it.each(cases.map((recording) => [recording.id, recording] as const))('%s', async (_id, recording) => {
      await using server = await testServer(plays(recording, split));
      const got = await ask(createLlamaSwap({ baseURL: server.origin }));
      expect(facts(got, recording.expected)).toEqual(expectedFacts(recording.expected));
    });
  });
});
