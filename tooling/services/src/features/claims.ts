import { createAgent } from '@majordomo/agent';
import type { ChatModel, ToolCallPart } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import { deepEqual, equal } from 'node:assert/strict';
import { type FeatureCase, UNUSUAL_NAMES } from './feature-case.ts';

const IDS: readonly string[] = ['', ...UNUSUAL_NAMES, 'x'.repeat(1000)];

const { signal } = new AbortController();
const call: ToolCallPart = { type: 'tool-call', id: 'call', name: 'pay', args: {} };
const model = { stream: () => undefined } as unknown as ChatModel;

/** Claims a call of a run, and returns whether it may start. */
async function claim(records: RecordStore, runId: string): Promise<boolean> {
  const agent = createAgent({ model });
  const state = { ...agent.begin('pay'), steps: 1, pending: [call] };
  const owner = await agent.effects({ runId, signal, records }).claim?.(call, state);
  return owner === agent.claimOwner();
}

async function claimAll(records: RecordStore): Promise<readonly boolean[]> {
  const granted: boolean[] = [];
  for (const id of IDS) granted.push(await claim(records, id));
  return granted;
}

/** Cases of claims of calls of tools with `effect: 'once'`. */
export const claimCases: readonly FeatureCase[] = [
  {
    name: 'claims: grants a call to one of several parallel claims',
    async run(stores) {
      for (let round = 0; round < 5; round++) {
        const claims = Array.from({ length: 20 }, (_, number) =>
          claim(number % 2 === 0 ? stores[0] : stores[1], `${round}`),
        );
        equal((await Promise.all(claims)).filter(Boolean).length, 1);
      }
    },
  },
  {
    name: 'claims: distinguishes runs by every character',
    async run([mine, theirs]) {
      deepEqual(
        await claimAll(mine),
        IDS.map(() => true),
      );
      deepEqual(
        await claimAll(theirs),
        IDS.map(() => false),
      );
    },
  },
];
