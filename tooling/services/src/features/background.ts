import { createBackground } from '@majordomo/background';
import { createMajordomo, user } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { FeatureCase } from './feature-case.ts';

const REQUEST = { messages: [user('hi')] };

/** Opens the jobs of a process with a clock of its own, whose model answers with these turns. */
function open(records: RecordStore, ...turns: Turn[]) {
  const clock = fakeClock(Date.now());
  const provider = fakeProvider({ id: 'a', models: { m: turns } });
  const majordomo = createMajordomo({ providers: [provider] });
  const background = createBackground({ majordomo, records, clock });
  return { background, clock, provider, model: background.model('a/m') };
}

/** Cases of jobs in the background. */
export const backgroundCases: readonly FeatureCase[] = [
  {
    name: 'background jobs: answer a call in any process that repeats its key, with one request',
    async run([mine, theirs]) {
      const [first, second] = [open(mine, 'Paris'), open(theirs, 'another')];
      const answer = await first.model.generate(REQUEST, { key: 'a' });
      equal((await second.model.generate(REQUEST, { key: 'a' })).text, 'Paris');
      const job = await second.background.open('a');
      deepEqual([(await job.status()).state, (await job.result()).text], ['completed', answer.text]);
      deepEqual([first.provider.requests.length, second.provider.requests.length], [1, 0]);
    },
  },
  {
    name: 'background jobs: end in the process that runs them when another process cancels them',
    async run([mine, theirs]) {
      const [first, second] = [open(mine, { hang: true }), open(theirs)];
      const job = await first.model.start(REQUEST, { key: 'a' });
      const ended = rejects(job.result(), { kind: 'aborted' });
      await (await second.background.open('a')).cancel();
      // The next renewal of the lease finds the change.
      await first.clock.advance(10_000);
      await ended;
      equal((await job.status()).state, 'cancelled');
    },
  },
];
