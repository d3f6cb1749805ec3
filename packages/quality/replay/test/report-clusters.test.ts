import { seededRandom } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { clustersOf } from '../src/report/clusters.ts';
import type { ReplayCluster } from '../src/report/report.ts';
import type { ScoredUnit } from '../src/report/results.ts';
import {
  comparisonOf,
  randomCalls,
  resultsOf,
  twoGroups,
  unitOf,
  unitsWith,
  type Features,
} from './report-traffic.ts';

/** Number of experiments. `SOAK=1` runs 200. */
const SEEDS = process.env['SOAK'] === '1' ? 200 : 20;
const CALLS = 1000;

const weightsOf = (units: readonly ScoredUnit[]): ReadonlyMap<string, number> =>
  new Map(resultsOf(units).sample.kinds.map(({ kind, share }) => [kind, share]));
const search = (units: readonly ScoredUnit[]): readonly ReplayCluster[] =>
  clustersOf(units, weightsOf(units));
const namesOf = (groups: readonly Features[]): readonly string[] =>
  groups.map((features) => Object.entries(features).sort().join(' ')).sort();

it('two regressions in random traffic are named with their features in at least 95 % of the experiments', () => {
  let right = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const calls = randomCalls(CALLS, random);
    const planted = twoGroups(calls, random);
    const regressions = planted.map((features) => ({ features, worse: 0.4 + 0.3 * random() }));
    const clusters = search(unitsWith(calls, regressions, random));
    const found = namesOf(clusters.map(({ features }) => features));
    if (found.join() === namesOf(planted).join()) right++;
  }
  expect(right / SEEDS).toBeGreaterThanOrEqual(0.95);
});

it.each([0.04, 0.12])(
  'in traffic without a regression, at most 10 %% of the experiments name a group',
  (noise) => {
    let named = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = seededRandom(seed);
      const calls = randomCalls(CALLS, random);
      if (search(unitsWith(calls, [{ features: {}, worse: noise }], random)).length > 0) named++;
    }
    expect(named / SEEDS).toBeLessThanOrEqual(0.1);
  },
);

const invoices: Features = { route: 'extract', schema: 'invoice', language: 'de' };
const chats: Features = { route: 'chat', schema: 'none', language: 'de' };

/** Returns one unit per conversation. The first invoices are worse, and differ in a field. */
function invoicesAndChats(worse: number): readonly ScoredUnit[] {
  return Array.from({ length: 200 }, (_, at) => {
    const isInvoice = at < 40;
    const call = { conversation: `c${at}`, features: isInvoice ? invoices : chats };
    const isWorse = isInvoice && at < worse;
    const differences =
      at % 3 === 0 ? ['field /total differs', 'field /date differs'] : ['field /total differs'];
    const candidate = comparisonOf(isWorse ? -1 : 0, { differences: isWorse ? differences : [] });
    return unitOf(`u${String(at).padStart(3, '0')}`, call, 0, {
      kind: isInvoice ? 'invoices' : 'chats',
      candidate,
    });
  });
}

it('a cluster has its quality, its share, the counts of its differences, and three worse examples', () => {
  const [cluster, ...others] = search(invoicesAndChats(20));
  expect(others).toEqual([]);
  expect(cluster).toMatchObject({
    name: 'route extract',
    features: { route: 'extract' },
    units: 40,
    differences: { 'field /total differs': 20, 'field /date differs': 7 },
    examples: ['u000', 'u001', 'u002'],
  });
  expect(cluster?.share).toBeCloseTo(0.2, 12);
  expect(cluster?.quality.value).toBeCloseTo(0.5, 12);
  expect(cluster?.quality.low).toBeGreaterThan(0.3);
  expect(cluster?.p).toBeLessThan(0.001);
});

it('a better answer in other calls is no loss of these', () => {
  let right = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const units = Array.from({ length: 300 }, (_, at): ScoredUnit => {
      const { kind, language, worse, better } = PLANTED[at % PLANTED.length]!;
      const draw = random();
      const score = draw < worse ? -1 : Number(draw > 1 - better);
      const call = { conversation: `c${Math.floor(at / 2)}`, features: { kindOf: kind, language } };
      return unitOf(`call-${at}`, call, score, { kind });
    });
    const found = namesOf(search(units).map(({ features }) => features));
    if (found.join() === 'kindOf,agent,kindOf,invoice') right++;
  }
  expect(right / SEEDS).toBeGreaterThanOrEqual(0.9);
});

/** Two kinds that got worse, one that stayed, and one that got better. */
const PLANTED = [
  { kind: 'invoice', language: 'en', worse: 0.26, better: 0 },
  { kind: 'agent', language: 'en', worse: 0.3, better: 0 },
  { kind: 'chat', language: 'en', worse: 0.03, better: 0.03 },
  { kind: 'question', language: 'de', worse: 0.02, better: 0.2 },
];

it('a group of few conversations is not a cluster, however many of its units are worse', () => {
  const units = invoicesAndChats(40).map((unit, at) =>
    at < 40 ? { ...unit, conversation: `c${at % 4}` } : unit,
  );
  expect(search(units)).toEqual([]);
});

it('losses in all calls are not a cluster', () => {
  const random = seededRandom(3);
  const calls = randomCalls(CALLS, random);
  expect(search(unitsWith(calls, [{ features: {}, worse: 0.3 }], random))).toEqual([]);
});

it('a label of a person replaces the score', () => {
  const labeled = invoicesAndChats(20).map((unit) =>
    unit.candidate?.score === -1 ? { ...unit, candidate: comparisonOf(-1, { label: 0 }) } : unit,
  );
  expect(search(labeled)).toEqual([]);
});

it('no clusters are searched without results', () => {
  expect(search([])).toEqual([]);
});
