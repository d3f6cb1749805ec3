import { createBackground, type Background, type JobEvent } from '@majordomo/background';
import { catalog } from '@majordomo/catalog';
import { createMajordomo, type Gate, type MajordomoOptions } from '@majordomo/core';
import { createLedger, type SpendRecord } from '@majordomo/ledger';
import { createOpenAI } from '@majordomo/provider-openai';
import { memoryRecords } from '@majordomo/records';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import {
  mortalStore,
  processesOn,
  recordsOf,
  type Life,
} from '../../../../packages/calls/background/test/jobs-world.ts';
import { startVideoServer, type Plan, type VideoServer } from './video-server.ts';

const START = Date.parse('2026-11-22T12:00:00Z');

/** Prices of videos: 0.40 USD per second, and 0.05 USD at 480p. */
const PRICES = catalog.with(
  [
    ['google', 'veo-3.1-generate-preview'],
    ['xai', 'grok-imagine-video'],
    ['openrouter', 'google/veo-3.1'],
  ].map(([vendor = '', id = '']) => ({
    vendor,
    id,
    prices: [
      {
        from: '2026-01-01',
        rates: { input: 0, output: 0 },
        fees: { 'video-second': 400_000, 'video-second:480p': 50_000 },
        sources: ['test'],
        trust: 'override' as const,
      },
    ],
  })),
);

/** Video jobs of several processes over three video APIs, with a ledger. */
export interface Studio extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly server: VideoServer;
  /** Events of all processes. */
  readonly events: readonly JobEvent[];
  /** Returns the jobs of another process, which neither sends nor stores anything after it was killed. */
  process(life?: Life, settings?: Pick<MajordomoOptions, 'aliases'>): Background;
  /** Waits for the promise, and advances the clock while no request is sent. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Returns the records of the ledger. */
  records(): Promise<readonly SpendRecord[]>;
}

interface StudioOptions {
  readonly limitUsd?: string;
  readonly gates?: readonly Gate[];
  readonly keepMs?: number;
}

export async function studio(
  plan: Plan,
  { limitUsd = '1000', gates = [], keepMs }: StudioOptions = {},
): Promise<Studio> {
  const clock = fakeClock(START);
  const server = await startVideoServer(plan);
  const limits = [{ name: 'all', max: { usd: limitUsd }, per: 'day' }] as const;
  const ledger = createLedger({ clock, limits, catalog: PRICES });
  const records = memoryRecords({ clock });
  const events: JobEvent[] = [];
  const { fetchOf, settle } = processesOn(clock);
  const providers = [...server.providers, createOpenAI({ apiKey: 'key', baseURL: server.origin })];
  return {
    clock,
    server,
    events,
    process: (life = { isKilled: false }, settings = {}) =>
      createBackground({
        majordomo: createMajordomo({
          providers,
          clock,
          fetch: fetchOf(life),
          gates: [...gates, ledger.gate],
          chain: { attempts: 1 },
          env: {},
          ...settings,
        }),
        records: mortalStore(records, life),
        clock,
        ledger,
        catalog: PRICES,
        keepMs,
        onEvent: (event) => events.push(event),
      }),
    settle,
    records: () => recordsOf(ledger),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
