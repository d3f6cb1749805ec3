import {
  CUTS,
  expectedFacts,
  facts,
  hasRecordings,
  playback,
  recordings,
  sequences,
  skippedNote,
  type Playback,
} from '@majordomo/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOllama } from '../src/index.ts';
import { callModel } from './calls.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };

const cases = recordings('ollama-chat');
const all = [...cases, ...sequences('ollama-chat').flatMap(({ steps }) => steps)];
const excused = new Set((exceptions as readonly { readonly id: string }[]).map(({ id }) => id));

describe.skipIf(!hasRecordings)(`recordings of ollama-chat${skippedNote}`, () => {
  let server: Playback;
  beforeAll(async () => {
    server = await playback(all);
  });
  afterAll(() => server.close());

  it('exist', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  describe.each(CUTS)('in %s', (_name, cut) => {
    it.each(all.map((recording) => [recording.id, recording] as const))('%s', async (id, recording) => {
      const provider = createOllama({ baseURL: server.url(recording, cut) });
      const actual = facts(await callModel(provider), recording.expected);
      const expected = expectedFacts(recording.expected, 'prompt_eval_count', 'eval_count');
      if (excused.has(id)) expect(actual, 'no exception is needed').not.toEqual(expected);
      else expect(actual).toEqual(expected);
    });
  });

  it('have few exceptions, and each names a recording', () => {
    expect(excused.size).toBeLessThanOrEqual(cases.length * 0.02);
    for (const id of excused) expect(cases.map((recording) => recording.id)).toContain(id);
  });
});
