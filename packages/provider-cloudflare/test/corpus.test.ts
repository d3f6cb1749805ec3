import type { Provider } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createCloudflare } from '../src/index.ts';
import { ask } from './calls.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };
import { expectedFacts, facts } from './facts.ts';
import { fakeBinding } from './fake-binding.ts';
import { plays, SPLITS, type Split } from './playback.ts';
import { recordings, skippedNote } from './recordings.ts';
import { testServer } from './server.ts';

const cases = recordings('corpus/*/*', 'workersai-run');
const excused = new Set((exceptions as readonly { readonly id: string }[]).map(({ id }) => id));

const overRest = (baseURL: string): Provider =>
  createCloudflare({ baseURL, accountId: 'acc', apiKey: 'key' });
const byBinding = (baseURL: string): Provider => createCloudflare({ binding: fakeBinding(baseURL) });

describe.skipIf(cases.length === 0)(`recordings of workersai-run${skippedNote}`, () => {
  it('are there', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  describe.each([
    ['over REST', overRest, cases],
    // A binding has no statuses.
    ['by the binding', byBinding, cases.filter(({ status }) => status === 200)],
  ] as const)('%s', (_transport, open, played) => {
    describe.each(Object.keys(SPLITS) as Split[])('in %s', (split) => {
      it.each(played.map((recording) => [recording.id, recording] as const))('%s', async (id, recording) => {
        await using server = await testServer(plays(recording, split));
        const got = facts(await ask(open(server.origin)), recording.expected);
        if (excused.has(id))
          expect(got, 'no exception is needed').not.toEqual(expectedFacts(recording.expected));
        else expect(got).toEqual(expectedFacts(recording.expected));
      });
    });
  });

  it('have few exceptions, and each names a recording', () => {
    expect(excused.size).toBeLessThanOrEqual(cases.length * 0.02);
    for (const id of excused) expect(cases.map((recording) => recording.id)).toContain(id);
  });
});
