import { catalog } from '@majordomo/catalog';
import {
  startJobServer,
  type JobFault,
  type JobRequest,
  type JobServer,
  type JobServerOptions,
  startWireServer,
  anthropicMessages,
  type WireServer,
} from '@majordomo/conformance';
import { createMajordomo, user, type ChatRequest, type Gate, type Provider } from '@majordomo/core';
import { createLedger, type Ledger, type LedgerStore, type SpendRecord } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI, openaiCompatible, xai } from '@majordomo/provider-openai';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { createBackground, type Background, type BackgroundOptions, type JobEvent } from '../src/index.ts';
import { checked, counted } from './world.ts';

const START = Date.parse('2026-11-22T12:00:00Z');
/** Prices of all models: 1000 nano-USD per input token, and 2000 per output token. */
const PRICES = catalog.with(
  [
    ['openai', 'gpt-5.4'],
    ['openai', 'gpt-5.4-mini'],
    ['anthropic', 'claude-haiku-4-5'],
    ['xai', 'grok-4'],
  ].map(([vendor = '', id = '']) => ({
    vendor,
    id,
    prices: [
      {
        from: '2026-01-01',
        rates: { input: 1_000_000, output: 2_000_000 },
        sources: ['test'],
        trust: 'override' as const,
      },
    ],
  })),
);
/** Cost of an answer with 12 input and 5 output tokens, in nano-USD. */
export const ANSWER_NANO = 22_000n;
export const REQUEST: ChatRequest = { messages: [user('hi')], maxTokens: 100 };

/** Jobs over the real SDK of OpenAI, with one or two job servers and a live server of Anthropic, on a fake clock. */
export interface JobsWorld {
  readonly clock: FakeClock;
  readonly store: RecordStore;
  /** Numbers of the calls of the store. */
  readonly counts: ReturnType<typeof counted>['counts'];
  readonly server: JobServer;
  readonly other: JobServer;
  readonly live: WireServer;
  readonly events: JobEvent[];
  readonly ledger: Ledger;
  /** Returns the jobs of another process, which neither stores nor sends anything after it was killed. */
  process(options?: Partial<BackgroundOptions>, life?: Life): Background;
  /** Waits for the promise, and advances the clock while no request is sent. */
  settle<T>(promise: Promise<T>, seconds?: number): Promise<T>;
  /** Waits until no request is sent, without advancing the clock. */
  idle(): Promise<void>;
  /** Returns the records of the ledger. */
  records(): Promise<readonly SpendRecord[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface JobsWorldOptions {
  readonly server?: JobServerOptions;
  readonly other?: JobServerOptions;
  readonly live?: readonly string[];
  readonly gates?: readonly Gate[];
  /** Further providers. */
  readonly providers?: readonly Provider[];
  readonly limitUsd?: string;
  /** Returns the store of the ledger. */
  readonly ledgerStore?: (clock: FakeClock) => LedgerStore;
  /** Targets that are benched in every process. */
  readonly benched?: readonly string[];
}

export async function jobsWorld(options: JobsWorldOptions = {}): Promise<JobsWorld> {
  const clock = fakeClock(START);
  const server = await startJobServer({ clock, ...options.server });
  const other = await startJobServer({ clock, ...options.other });
  const live = await startWireServer({ wire: anthropicMessages, script: options.live ?? [] });
  const { store, counts } = counted(memoryRecords({ clock }));
  const { fetchOf, settle, idle } = processesOn(clock);
  const providers = [
    ...(options.providers ?? []),
    createOpenAI({ apiKey: 'k', baseURL: server.baseURL }),
    createOpenAI({ id: 'other', apiKey: 'k', baseURL: other.baseURL }),
    openaiCompatible(xai, { apiKey: 'k', baseURL: server.baseURL }),
    createAnthropic({ apiKey: 'k', baseURL: live.baseURL }),
  ];
  const limits = [{ name: 'all', max: { usd: options.limitUsd ?? '1000' }, per: 'day' }] as const;
  const ledger = createLedger({ store: options.ledgerStore?.(clock), clock, limits, catalog: PRICES });
  const events: JobEvent[] = [];
  return {
    clock,
    store,
    counts,
    server,
    other,
    live,
    events,
    ledger,
    process(own = {}, life = { isKilled: false }) {
      const majordomo = createMajordomo({
        providers,
        clock,
        fetch: fetchOf(life),
        gates: [...(options.gates ?? []), ledger.gate],
        chain: { attempts: 1 },
        env: {},
      });
      for (const target of options.benched ?? []) majordomo.health.bench(target, 3_600_000);
      return createBackground({
        majordomo,
        records: mortalStore(store, life),
        clock,
        ledger,
        catalog: PRICES,
        onEvent: (event) => events.push(event),
        ...own,
      });
    },
    settle,
    idle,
    records: () => recordsOf(ledger),
    async [Symbol.asyncDispose]() {
      await Promise.all([server.close(), other.close(), live.close()]);
    },
  };
}

export const stepsOf = ({ requests }: JobServer, step: string): number =>
  requests.filter((request) => request.step === step).length;

/** Rejects the streams of jobs, so that their state is polled. */
export const noStream = ({ step }: JobRequest): JobFault | undefined =>
  step === 'stream' ? { status: 400 } : undefined;

/** Process of a test. After it was killed, it neither sends nor stores anything. */
export interface Life {
  readonly isKilled: boolean;
}

/** Returns the `fetch` of processes, and functions that wait for their requests. */
export function processesOn(clock: FakeClock): Pick<JobsWorld, 'settle' | 'idle'> & {
  readonly fetchOf: (life: Life) => typeof fetch;
} {
  let open = 0;
  const idle = async (): Promise<void> => {
    for (let turn = 0; turn < 40 || open > 0; turn++) await new Promise(setImmediate);
  };
  return {
    fetchOf: (life) => async (input, init) => {
      if (life.isKilled) return new Promise<never>(() => undefined);
      open++;
      try {
        return await fetch(input, init);
      } finally {
        open--;
      }
    },
    async settle(promise, seconds = 7200) {
      const over = promise.then(
        () => true,
        () => true,
      );
      for (let passed = 0; passed < seconds; passed++) {
        await idle();
        if (await Promise.race([over, Promise.resolve(false)])) return promise;
        await clock.advance(1000);
      }
      throw new Error(`not settled within ${seconds} s`);
    },
    idle,
  };
}

/** Returns the records of a ledger. */
export async function recordsOf(ledger: Ledger): Promise<readonly SpendRecord[]> {
  const records: SpendRecord[] = [];
  for await (const record of ledger.records()) records.push(record);
  return records;
}

/** Returns a view of the store that fails after the process was killed. */
export const mortalStore = (store: RecordStore, life: Life): RecordStore =>
  checked(store, () => {
    if (life.isKilled) throw new Error('the process was killed');
  });
