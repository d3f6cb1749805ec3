import { createMajordomo, user, type AttemptInfo, type Denial, type Permit } from '@majordomo/core';
import { createLedger, memoryStore, type Ledger, type LedgerStore } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock, fakeProvider, seededRandom, type FakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { PRICED } from '../../../../packages/ledger/test/support/fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of a reservation that nobody renews. */
const LEASE_MS = 30_000;
const MOST = 3;

const STORES: Readonly<Record<string, (clock: FakeClock) => LedgerStore>> = {
  'in memory': (clock) => memoryStore({ clock }),
  'in SQLite': (clock) => sqliteStores(':memory:', { clock }).ledger,
};

/** Shortly before clocks are changed, days are left out or come twice, months end. */
const STORIES = [
  { zone: 'Europe/Berlin', per: 'day', from: Date.UTC(2026, 2, 28, 21) },
  { zone: 'Europe/Berlin', per: 'day', from: Date.UTC(2026, 9, 24, 20) },
  { zone: 'America/Sao_Paulo', per: 'day', from: Date.UTC(2018, 10, 3, 22) },
  { zone: 'Australia/Lord_Howe', per: 'day', from: Date.UTC(2026, 3, 4, 10) },
  { zone: 'Pacific/Apia', per: 'day', from: Date.UTC(2011, 11, 30, 8) },
  { zone: 'Asia/Kathmandu', per: 'month', from: Date.UTC(2028, 1, 29, 16) },
  { zone: 'Pacific/Kiritimati', per: 'month', from: Date.UTC(2026, 11, 31, 8) },
  { zone: 'UTC', per: 'month', from: Date.UTC(2026, 1, 28, 22) },
] as const;

/** One reservation, as plainly as it can be told. */
interface Told {
  readonly period: string;
  readonly lapsesAt: number;
  state: 'held' | 'used' | 'given back';
}

/** The calendar as the platform writes it, which knows nothing of limits. */
function calendar(per: 'day' | 'month', zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (at) => format.format(at).slice(0, per === 'month' ? 7 : 10);
}

async function attemptTemplate(clock: FakeClock): Promise<AttemptInfo> {
  const seen: AttemptInfo[] = [];
  const admit = (attempt: AttemptInfo): Permit => {
    seen.push(attempt);
    return { settle: () => undefined };
  };
  const provider = fakeProvider({ id: 'acme', vendor: 'acme', models: { x: ['yes'] }, clock });
  const majordomo = createMajordomo({ providers: [provider], gates: [{ name: 'seeing', admit }], clock });
  await majordomo.model('acme/x').generate({ messages: [user('hi')] });
  return seen[0]!;
}

const isPermit = (answer: Permit | Denial | undefined): answer is Permit =>
  answer !== undefined && 'settle' in answer;

async function standing(ledger: Ledger): Promise<readonly [used: string, held: string]> {
  const [state] = await ledger.state('edge');
  return [`${state?.used ?? 0}`, `${state?.held ?? 0}`];
}

it.each(
  Object.keys(STORES).flatMap((store) =>
    STORIES.flatMap((story) => [1, 2, 3].map((seed) => ({ store, seed, ...story }))),
  ),
)('a limit $store keeps to the $per of $zone through leases and late answers (seed $seed)', async (story) => {
  const { store, zone, per, from, seed } = story;
  const clock = fakeClock(from);
  const random = seededRandom(seed);
  const template = await attemptTemplate(clock);
  const ledger = createLedger({
    store: STORES[store]!(clock),
    clock,
    catalog: PRICED,
    limits: [{ name: 'edge', max: { requests: MOST }, per, zone }],
  });
  const all: Told[] = [];
  const open: { readonly permit: Permit; readonly told: Told; isSettled: boolean }[] = [];
  const periodOf = calendar(per, zone);
  const count = (state: Told['state']): number => {
    const period = periodOf(clock.now());
    return all.filter((one) => one.period === period && one.state === state).length;
  };
  for (let step = 0; step < 80; step++) {
    const what = random();
    if (what < 0.4) {
      const isLapsed = random() < 0.4;
      const attempt = { ...template, isLapsed, call: { ...template.call, id: `call ${step}` } };
      const hasRoom = count('used') + count('held') < MOST;
      const answer = await ledger.gate.admit(attempt);
      expect(isPermit(answer), `step ${step} at ${new Date(clock.now()).toISOString()}`).toBe(hasRoom);
      if (isPermit(answer)) {
        const lapsesAt = isLapsed ? clock.now() + LEASE_MS : Infinity;
        const told: Told = { period: periodOf(clock.now()), lapsesAt, state: 'held' };
        all.push(told);
        open.push({ permit: answer, told, isSettled: false });
      }
    } else if (what < 0.7 && open.length > 0) {
      // Some are settled twice: only the first time counts.
      const one = open[Math.floor(random() * open.length)]!;
      const outcome = random() < 0.6 ? 'finished' : 'skipped';
      await one.permit.settle({ target: 'acme/x', outcome, error: undefined, usage: undefined, ms: 1 });
      if (!one.isSettled) one.told.state = outcome === 'finished' ? 'used' : 'given back';
      one.isSettled = true;
    } else {
      const choices = [1, 999, 29_999, 30_000, 7 * MINUTE, HOUR, 5 * HOUR];
      await clock.advance(choices[Math.floor(random() * choices.length)]!);
    }
    for (const { told, isSettled } of open)
      if (!isSettled && told.lapsesAt <= clock.now()) told.state = 'used';
    await ledger.flush();
    expect(await standing(ledger), `step ${step} at ${new Date(clock.now()).toISOString()}`).toEqual([
      `${count('used')}`,
      `${count('held')}`,
    ]);
  }
  await ledger.close();
});
