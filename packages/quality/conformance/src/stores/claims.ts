import { deepEqual, equal } from 'node:assert/strict';
import type { StoreCase } from './store-case.ts';
import type { TestedClaimStore } from './stored-agent-data.ts';

/** Two stores of claims that share initially empty data, like stores of two processes. */
export type ClaimStores = readonly [mine: TestedClaimStore, theirs: TestedClaimStore];

const KEYS: readonly string[] = [
  'run/1/call',
  'run/1/Call',
  'run/1/call ',
  'run/11/call',
  '',
  '%',
  "'",
  '\\',
  '{run}/1/call',
  '\0',
  '\uD800',
  '\uD801',
  '\uFFFD',
  '😀',
  'x'.repeat(1000),
];

/** Cases that every store of claims must pass, for any test runner. */
export const claimStoreConformance: readonly StoreCase<ClaimStores>[] = [
  {
    name: 'grants a key once, to one of the processes',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.claim('run/1/call'), true);
      equal(await theirs.claim('run/1/call'), false);
      equal(await mine.claim('run/1/call'), false);
      equal(await theirs.claim('run/2/call'), true);
      equal(await mine.claim('run/2/call'), false);
    },
  },
  {
    name: 'grants a key to one of several parallel claims',
    async run(create) {
      const stores = await create();
      for (let round = 0; round < 5; round++) {
        const claims = Array.from({ length: 20 }, (_, number) =>
          (number % 2 === 0 ? stores[0] : stores[1]).claim(`run/${round}/call`),
        );
        equal((await Promise.all(claims)).filter(Boolean).length, 1);
      }
    },
  },
  {
    name: 'distinguishes keys by every character',
    async run(create) {
      const [mine, theirs] = await create();
      const claimAll = async (store: TestedClaimStore): Promise<readonly boolean[]> => {
        const granted: boolean[] = [];
        for (const key of KEYS) granted.push(await store.claim(key));
        return granted;
      };
      deepEqual(
        await claimAll(mine),
        KEYS.map(() => true),
      );
      deepEqual(
        await claimAll(theirs),
        KEYS.map(() => false),
      );
    },
  },
];
