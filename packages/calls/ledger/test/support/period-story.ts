import { createMajordomo, user, type AttemptInfo, type Denial, type Permit } from '@majordomo/core';
import { fakeClock, fakeProvider, seededRandom, type FakeClock } from '@majordomo/testing';
import { expect } from 'vitest';
import { createLedger, type Ledger, type LedgerStore } from '../../src/index.ts';
import { PRICED } from './fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Lease of a reservation that is not renewed. */
const LEASE_MS = 30_000;
const MAX_REQUESTS = 3;

interface Story {
  readonly zone: string;
  readonly per: 'day' | 'month';
  readonly from: number;
}

/** Times shortly before a clock change, a day that is left out or repeated, or the end of a month. */
export const STORIES: readonly Story[] = [
  { zone: 'Europe/Berlin', per: 'day', from: Date.UTC(2026, 2, 28, 21) },
  { zone: 'Europe/Berlin', per: 'day', from: Date.UTC(2026, 9, 24, 20) },
  { zone: 'America/Sao_Paulo', per: 'day', from: Date.UTC(2018, 10, 3, 22) },
  { zone: 'Australia/Lord_Howe', per: 'day', from: Date.UTC(2026, 3, 4, 10) },
  { zone: 'Pacific/Apia', per: 'day', from: Date.UTC(2011, 11, 30, 8) },
  { zone: 'Asia/Kathmandu', per: 'month', from: Date.UTC(2028, 1, 29, 16) },
  { zone: 'Pacific/Kiritimati', per: 'month', from: Date.UTC(2026, 11, 31, 8) },
  { zone: 'UTC', per: 'month', from: Date.UTC(2026, 1, 28, 22) },
];

/** Expected state of a reservation. */
interface Expected {
  readonly period: string;
  readonly lapsesAt: number;
  state: 'held' | 'used' | 'released';
}

/** Returns the label of a period as the platform formats it, independently of the ledger. */
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
  const attempts: AttemptInfo[] = [];
  const admit = (attempt: AttemptInfo): Permit => {
    attempts.push(attempt);
    return { settle: () => undefined };
  };
  const provider = fakeProvider({ id: 'acme', vendor: 'acme', models: { x: ['yes'] }, clock });
  const majordomo = createMajordomo({ providers: [provider], gates: [{ name: 'recording', admit }], clock });
  await majordomo.model('acme/x').generate({ messages: [user('hi')] });
  return attempts[0]!;
}

const isPermit = (answer: Permit | Denial | undefined): answer is Permit =>
  answer !== undefined && 'settle' in answer;

async function amountsOf(ledger: Ledger): Promise<readonly [used: string, held: string]> {
  const [state] = await ledger.state('edge');
  return [`${state?.used ?? 0}`, `${state?.held ?? 0}`];
}

/**
 * Reserves, settles, lapses and waits at random, and checks after each step that a limit counts what an independent
 * calendar expects.
 */
export async function playStory(
  { zone, per, from }: Story,
  seed: number,
  createStore: (clock: FakeClock) => LedgerStore,
): Promise<void> {
  const clock = fakeClock(from);
  const random = seededRandom(seed);
  const template = await attemptTemplate(clock);
  const ledger = createLedger({
    store: createStore(clock),
    clock,
    catalog: PRICED,
    limits: [{ name: 'edge', max: { requests: MAX_REQUESTS }, per, zone }],
  });
  const all: Expected[] = [];
  const open: { readonly permit: Permit; readonly expected: Expected; isSettled: boolean }[] = [];
  const periodOf = calendar(per, zone);
  const count = (state: Expected['state']): number => {
    const period = periodOf(clock.now());
    return all.filter((reservation) => reservation.period === period && reservation.state === state).length;
  };
  for (let step = 0; step < 80; step++) {
    const choice = random();
    if (choice < 0.4) {
      const isLapsed = random() < 0.4;
      const attempt = { ...template, isLapsed, call: { ...template.call, id: `call ${step}` } };
      const hasRoom = count('used') + count('held') < MAX_REQUESTS;
      const answer = await ledger.gate.admit(attempt);
      expect(isPermit(answer), `step ${step} at ${new Date(clock.now()).toISOString()}`).toBe(hasRoom);
      if (isPermit(answer)) {
        const lapsesAt = isLapsed ? clock.now() + LEASE_MS : Infinity;
        const expected: Expected = { period: periodOf(clock.now()), lapsesAt, state: 'held' };
        all.push(expected);
        open.push({ permit: answer, expected, isSettled: false });
      }
    } else if (choice < 0.7 && open.length > 0) {
      // Some are settled twice. Only the first settlement counts.
      const reservation = open[Math.floor(random() * open.length)]!;
      const outcome = random() < 0.6 ? 'finished' : 'skipped';
      await reservation.permit.settle({
        target: 'acme/x',
        outcome,
        error: undefined,
        usage: undefined,
        ms: 1,
      });
      if (!reservation.isSettled) reservation.expected.state = outcome === 'finished' ? 'used' : 'released';
      reservation.isSettled = true;
    } else {
      const choices = [1, 999, 29_999, 30_000, 7 * MINUTE, HOUR, 5 * HOUR];
      await clock.advance(choices[Math.floor(random() * choices.length)]!);
    }
    for (const { expected, isSettled } of open)
      if (!isSettled && expected.lapsesAt <= clock.now()) expected.state = 'used';
    await ledger.flush();
    expect(await amountsOf(ledger), `step ${step} at ${new Date(clock.now()).toISOString()}`).toEqual([
      `${count('used')}`,
      `${count('held')}`,
    ]);
  }
  await ledger.close();
}
