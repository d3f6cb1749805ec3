import {
  createAgent,
  createRuns,
  defineTool,
  type Decision,
  type RunResult,
  type RunState,
} from '@majordomo/agent';
import { unknownCalls } from '@majordomo/agent/steps';
import { createMajordomo, type ModelRequest } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import { fakeClock, fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
let files = 0;

/** Places at which a process ends, in the order of an approved run. */
const PLACES = [
  'before the claim',
  'after the claim',
  'before the payment',
  'after the payment',
  'before the save',
  'after the save',
] as const;
type Place = (typeof PLACES)[number];

type Decide = (state: RunState) => Decision;
const approve: Decide = ({ pending }) => ({ callId: pending[0]!.id, approve: true });
const deny: Decide = ({ pending }) => ({ callId: pending[0]!.id, deny: 'no' });

const turn = ({ messages }: ModelRequest): Turn =>
  messages.some(({ role }) => role === 'tool')
    ? 'Done.'
    : { toolCalls: [{ id: 'c', name: 'pay', args: {} }] };

/** Stores a run whose payment waits for an approval. Returns a function that starts a process, which continues the run. */
async function waitingPayment() {
  const path = at(`once-${files++}.db`);
  const clock = fakeClock(1_000_000);
  const paid: string[] = [];

  /** Continues the run in a new process. Resolves to `killed` if the process ends at `place`. Its lock then ends with its lease. */
  async function inProcess(decide: Decide, place?: Place): Promise<RunResult | 'killed'> {
    // A process that has ended renews no lock, and closes nothing.
    const stopped = { ...clock, timer: () => () => undefined };
    const stores = sqliteStores(path, { clock: stopped });
    const runs = createRuns({ records: stores.records, clock: stopped });
    let kill: (end: 'killed') => void;
    const killed = new Promise<'killed'>((resolve) => (kill = resolve));
    const reach = async (reached: Place): Promise<void> => {
      if (reached !== place) return;
      kill('killed');
      await new Promise(() => undefined);
    };
    const pay = defineTool({
      name: 'pay',
      description: 'Pays',
      parameters: { type: 'object' },
      approval: true,
      effect: 'once',
      async run(_args, { key }) {
        await reach('before the payment');
        paid.push(key);
        await reach('after the payment');
        return 'paid';
      },
    });
    const provider = fakeProvider({ id: 'f', models: { m: [turn, turn] } });
    const model = createMajordomo({ providers: [provider] }).model('f/m');
    const agent = createAgent({ name: 'payer', model, tools: [pay] });
    const { write } = stores.records;
    const records: RecordStore = {
      ...stores.records,
      async write(space, changes) {
        await reach('before the claim');
        const versions = await write(space, changes);
        await reach('after the claim');
        return versions;
      },
    };
    const work = async (): Promise<RunResult> => {
      const state = await runs.load('r', { agent });
      const decisions = state === undefined ? [] : [decide(state)];
      const result = await agent.run(state ?? 'Pay', { runId: 'r', decisions, records });
      await reach('before the save');
      await runs.save('r', result.state);
      await reach('after the save');
      return result;
    };
    try {
      return await Promise.race([work(), killed]);
    } finally {
      await clock.advance(60_000);
    }
  }
  expect(await inProcess(approve)).toMatchObject({ awaiting: [{ id: 'c' }], unknown: [] });
  return { paid, inProcess };
}

/** Settles the call by the list of payments if its result is unknown, as an operator does. Otherwise, approves the call. */
const settle =
  (paid: readonly string[]): Decide =>
  (state) => {
    const [unknown] = unknownCalls(state);
    if (unknown === undefined) return approve(state);
    const { id: callId, key } = unknown;
    return paid.includes(key) ? { callId, result: 'paid, says the bank' } : { callId, notDone: true };
  };

const resultsOf = ({ messages }: RunResult): string =>
  JSON.stringify(messages.flatMap(({ role, parts }) => (role === 'tool' ? parts : [])));

describe.each(PLACES)('a process that ends %s of a call with effect once', (place) => {
  const isPaid = PLACES.indexOf(place) >= PLACES.indexOf('after the payment');
  const kill = async () => {
    const { paid, inProcess } = await waitingPayment();
    expect(await inProcess(approve, place)).toBe('killed');
    expect(paid).toEqual(isPaid ? ['r/1/c'] : []);
    return { paid, inProcess };
  };

  if (place === 'after the save')
    it('leaves a result that is done', async () => {
      const { inProcess } = await kill();
      const again: Decide = () => ({ callId: 'c', approve: true });
      await expect(inProcess(again)).rejects.toThrow('no call "c" is pending');
    });
  else if (place === 'before the claim')
    it.each([
      ['approved', approve, 1],
      ['denied', deny, 0],
    ])('leaves a call that is not done and can be %s', async (_name, decide, payments) => {
      const { paid, inProcess } = await kill();
      expect(await inProcess(decide)).toMatchObject({ done: 'answered', unknown: [] });
      expect(paid).toHaveLength(payments);
    });
  else
    it.each([
      ['an approval', approve],
      ['a denial', deny],
    ])('leaves an unknown result, which %s finds and does not change', async (_name, decide) => {
      const { paid, inProcess } = await kill();
      const found = {
        done: undefined,
        awaiting: [{ id: 'c' }],
        unknown: [{ id: 'c', name: 'pay', key: 'r/1/c' }],
      };
      expect(await inProcess(decide)).toMatchObject(found);
      for (const decision of [approve, deny])
        await expect(inProcess(decision)).rejects.toThrow('the result of "c" is unknown; pass `result`');

      let settled = await inProcess(settle(paid));
      if (!isPaid) {
        expect(settled).toMatchObject({ done: undefined, awaiting: [{ id: 'c' }], unknown: [] });
        settled = await inProcess(approve);
      }
      expect([paid, (settled as RunResult).done]).toEqual([['r/1/c'], 'answered']);
      expect(resultsOf(settled as RunResult)).toContain('paid');
    });
});

/** Number of random runs. The nightly run sets SOAK=1. */
const SEEDS = process.env['SOAK'] === undefined ? 3 : 200;

it('pays once however many processes end at random places, and reports each payment to the model', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const { paid, inProcess } = await waitingPayment();
    let ended: RunResult | 'killed' | Error = 'killed';
    for (let n = 0; ended === 'killed' || (!(ended instanceof Error) && ended.done === undefined); n++) {
      const place = n < 6 ? PLACES[Math.floor(random() * PLACES.length)] : undefined;
      // After a process that saved the answer and ended, the next one has nothing to decide.
      ended = await inProcess(settle(paid), place).catch((error: unknown) => error as Error);
    }
    expect(paid, `seed ${seed}`).toEqual(['r/1/c']);
    if (!(ended instanceof Error)) expect(resultsOf(ended), `seed ${seed}`).toContain('paid');
  }
});
