import type { Provider } from '@majordomo/core';
import {
  CUTS,
  expectedFacts,
  facts,
  hasRecordings,
  plays,
  recordings,
  skippedNote,
  testServer,
} from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createCloudflare } from '../src/index.ts';
import { callModel } from './calls.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };
import { fakeBinding } from './fake-binding.ts';

const cases = recordings('workersai-run');
const excused = new Set((exceptions as readonly { readonly id: string }[]).map(({ id }) => id));

const overRest = (baseURL: string): Provider =>
  createCloudflare({ baseURL, accountId: 'acc', apiKey: 'key' });
const byBinding = (baseURL: string): Provider => createCloudflare({ binding: fakeBinding(baseURL) });

describe.skipIf(!hasRecordings)(`recordings of workersai-run${skippedNote}`, () => {
  it('exist', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  describe.each([
    ['over REST', overRest, cases],
    // A binding has no statuses.
    ['by the binding', byBinding, cases.filter(({ status }) => status === 200)],
  ] as const)('%s', (_transport, open, played) => {
    describe.each(CUTS)('in %s', (_name, cut) => {
      it.each(played.map((recording) => [recording.id, recording] as const))('%s', async (id, recording) => {
        await using server = await testServer(plays(recording, cut));
        const actual = facts(await callModel(open(server.origin)), recording.expected);
        const expected = expectedFacts(recording.expected, 'prompt_tokens', 'completion_tokens');
        if (excused.has(id)) expect(actual, 'no exception is needed').not.toEqual(expected);
        else expect(actual).toEqual(expected);
      });
    });
  });

  it('have few exceptions, and each names a recording', () => {
    expect(excused.size).toBeLessThanOrEqual(cases.length * 0.02);
    for (const id of excused) expect(cases.map((recording) => recording.id)).toContain(id);
  });
});
