import { createRuns, type RunQuery, type RunState } from '@majordomo/agent';
import { user } from '@majordomo/core';
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { nextMillisecond, type FeatureCase, type Pair, UNUSUAL_NAMES } from './feature-case.ts';

const state = (changes: Partial<RunState> = {}): RunState => ({
  version: 1,
  messages: [user('hi', { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) })],
  steps: 1,
  pending: [],
  results: [],
  decisions: [],
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
  done: undefined,
  ...changes,
});

/** Creates the runs of two processes. */
const both = ([mine, theirs]: Pair) =>
  [createRuns({ records: mine }), createRuns({ records: theirs })] as const;

const STRINGS: readonly string[] = ['', ...UNUSUAL_NAMES, 'x'.repeat(1000)];

interface LockError {
  readonly kind: string;
  readonly message: string;
  readonly details: { readonly code: string | undefined; readonly retryAfterMs: number | undefined };
}

const isDenied =
  (reason: RegExp) =>
  (error: { readonly kind: string; readonly message: string }): boolean => {
    equal(error.kind, 'denied');
    match(error.message, reason);
    return true;
  };

/** Checks the error for a locked run. `leaseMs`: lease of the lock; `undefined` if the loading object itself has locked the run. */
const isLocked =
  (leaseMs: number | undefined) =>
  (error: LockError): boolean => {
    const { code, retryAfterMs } = error.details;
    equal(code, 'locked');
    if (leaseMs === undefined) equal(retryAfterMs, undefined);
    else
      equal(retryAfterMs !== undefined && retryAfterMs > leaseMs - 30_000 && retryAfterMs <= leaseMs, true);
    const reason =
      leaseMs === undefined
        ? /this object has locked it/
        : /another process has locked it; [^;]{1,200} ends at 2\d{3}-/;
    return isDenied(reason)(error);
  };

const isOfOtherAgent =
  (name: string | undefined) =>
  (error: { readonly kind: string; readonly message: string }): boolean => {
    equal(error.kind, 'config');
    const other = name === undefined ? 'an agent without a name' : `"${name}"`;
    const expected = `the run "a" was not loaded: the run belongs to the agent "A", not to ${other}; `;
    equal(error.message.slice(0, expected.length), expected);
    return true;
  };

/** Cases of stored runs. */
export const runCases: readonly FeatureCase[] = [
  {
    name: 'runs: loads a run as it was saved, with its bytes',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state());
      deepEqual((await theirs.load('a'))?.messages, state().messages);
      equal(await mine.load('b'), undefined);
    },
  },
  {
    name: 'runs: distinguishes ids by every character',
    async run(stores) {
      const [mine, theirs] = both(stores);
      for (const [steps, id] of STRINGS.entries()) await mine.save(id, state({ steps }));
      for (const [steps, id] of STRINGS.entries()) equal((await theirs.load(id))?.steps, steps);
      const ids = (await mine.list()).map(({ id }) => id);
      deepEqual(ids.toSorted(), STRINGS.toSorted());
    },
  },
  {
    name: 'runs: locks a run for one process until it is saved or released',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state());
      equal((await mine.load('a', { leaseMs: 50_000 }))?.steps, 1);
      await rejects(theirs.load('a'), isLocked(50_000));
      await rejects(mine.load('a'), isLocked(undefined));
      equal((await theirs.list())[0]?.held, true);
      await theirs.release('a');
      await rejects(theirs.load('a'), isLocked(50_000));
      equal(await theirs.load('b'), undefined);
      await mine.release('a');
      equal((await theirs.load('a'))?.steps, 1);
      await theirs.save('a', state({ steps: 2 }));
      equal((await mine.load('a'))?.steps, 2);
    },
  },
  {
    name: 'runs: lets one of several parallel loads lock a run',
    async run(pair) {
      const stores = both(pair);
      await stores[0].save('a', state());
      const loads = Array.from({ length: 20 }, (_, number) =>
        (number % 2 === 0 ? stores[0] : stores[1]).load('a'),
      );
      const results = await Promise.allSettled(loads);
      equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    },
  },
  {
    name: 'runs: refuses to load the run of another agent, and does not lock it',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state({ agent: 'A' }));
      for (const name of ['B', undefined])
        await rejects(theirs.load('a', { agent: { name } }), isOfOtherAgent(name));
      equal((await theirs.list())[0]?.held, false);
      equal((await theirs.load('a', { agent: { name: 'A' } }))?.steps, 1);
      // The agent is checked first, because only it explains why this process can never load the run.
      await rejects(mine.load('a', { agent: { name: 'B' } }), isOfOtherAgent('B'));
      await mine.save('b', state());
      equal((await mine.load('b', { agent: { name: 'A' } }))?.steps, 1);
    },
  },
  {
    name: 'runs: rejects a save of a run that another process has locked or has saved since',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state());
      await theirs.load('a');
      await rejects(mine.save('a', state({ steps: 9 })), isDenied(/another process holds it/));
      await theirs.save('a', state({ steps: 2 }));
      await rejects(
        mine.save('a', state({ steps: 9 })),
        isDenied(/another process has locked or saved it meanwhile/),
      );
      equal((await mine.load('a'))?.steps, 2);
      await mine.save('a', state({ steps: 3 }));
      equal((await theirs.load('a'))?.steps, 3);
    },
  },
  {
    name: 'runs: rejects a save of a run that another process has locked since, although it did not save the run',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state());
      await theirs.load('a');
      await theirs.release('a');
      await rejects(mine.save('a', state({ steps: 9 })), isDenied(/locked or saved it meanwhile/));
      equal((await mine.load('a'))?.steps, 1);
      await mine.save('a', state({ steps: 2 }));
      equal((await theirs.load('a'))?.steps, 2);
    },
  },
  {
    name: 'runs: accepts a save after its own release only if no other process has locked the run since',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state());
      await mine.load('a');
      await mine.release('a');
      await mine.save('a', state({ steps: 2 }));
      await mine.load('a');
      await mine.release('a');
      equal((await theirs.load('a'))?.steps, 2);
      await theirs.save('a', state({ steps: 3 }));
      await rejects(mine.save('a', state({ steps: 9 })), isDenied(/locked or saved it meanwhile/));
      equal((await mine.load('a'))?.steps, 3);
    },
  },
  {
    name: 'runs: does not create a removed run again with a late save',
    async run(stores) {
      const [mine, theirs] = both(stores);
      for (const isReleased of [false, true]) {
        await theirs.save('a', state());
        await mine.load('a');
        if (isReleased) await mine.release('a');
        await theirs.remove('a');
        for (const steps of [8, 9])
          await rejects(mine.save('a', state({ steps })), isDenied(/another process has removed it/));
        deepEqual(await theirs.list(), []);
        equal(await mine.load('a'), undefined);
        await rejects(mine.save('a', state({ steps: 9 })), isDenied(/another process has removed it/));
        await mine.remove('a');
        await mine.save('a', state({ steps: 2 }));
        equal((await theirs.load('a'))?.steps, 2);
        await theirs.remove('a');
        await mine.remove('a');
      }
    },
  },
  {
    name: 'runs: rejects late writes of a run that was removed and created again',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state());
      await mine.load('a');
      await theirs.remove('a');
      await theirs.save('a', state({ steps: 2 }));
      await rejects(mine.save('a', state({ steps: 9 })), isDenied(/locked or saved it meanwhile/));
      await rejects(
        mine.remove('a'),
        isDenied(/was not removed: another process has locked or saved it meanwhile/),
      );
      equal((await theirs.load('a'))?.steps, 2);
      await mine.release('a');
      await rejects(mine.load('a'), isLocked(60_000));
      await rejects(mine.save('a', state({ steps: 9 })), isDenied(/another process holds it/));
      await theirs.save('a', state({ steps: 3 }));
      equal((await mine.load('a'))?.steps, 3);
    },
  },
  {
    name: 'runs: removes its own locked run, and a run of which it has released the lock',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await theirs.save('a', state());
      await mine.load('a');
      await mine.remove('a');
      deepEqual(await theirs.list(), []);
      await mine.save('b', state());
      await mine.load('b');
      await mine.release('b');
      await theirs.load('b');
      await mine.remove('b');
      deepEqual(await theirs.list(), []);
      await mine.remove('b');
    },
  },
  {
    name: 'runs: lists runs newest first, by whether they wait and whether they are done',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const call = { type: 'tool-call', id: 'c', name: 'pay', args: {} } as const;
      await mine.save('waits', state({ pending: [call], approvals: { c: true } }));
      await nextMillisecond();
      await mine.save(
        'decided',
        state({ pending: [call], approvals: { c: true }, decisions: [{ callId: 'c', approve: true }] }),
      );
      await nextMillisecond();
      const inner = state({ pending: [call], approvals: { c: true } });
      await mine.save('waits-inside', state({ pending: [call], runs: { c: inner } }));
      await nextMillisecond();
      const before = Date.now();
      await mine.save('done', state({ done: 'answered' }));
      const ids = async (query?: RunQuery) => (await theirs.list(query)).map(({ id }) => id);
      deepEqual(await ids(), ['waits-inside', 'decided', 'waits']);
      deepEqual(await ids({ awaiting: true }), ['waits-inside', 'waits']);
      deepEqual(await ids({ awaiting: false }), ['decided']);
      deepEqual(await ids({ limit: 1 }), ['waits-inside']);
      const [{ at, ...done } = { at: new Date(0) }] = await theirs.list({ done: true });
      deepEqual(done, { id: 'done', awaiting: false, done: 'answered', held: false });
      equal(Math.abs(at.getTime() - before) < 60_000, true);
    },
  },
  {
    name: 'runs: removes a run even if another process has locked it',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save('a', state());
      await theirs.load('a');
      await mine.remove('a');
      deepEqual(await mine.list(), []);
      await mine.save('a', state({ steps: 5 }));
      equal((await mine.load('a'))?.steps, 5);
    },
  },
];
