import { createBackground, type Background } from '@majordomo/background';
import { createMajordomo, user } from '@majordomo/core';
import { createLedger, type Ledger } from '@majordomo/ledger';
import { createOpenAI } from '@majordomo/provider-openai';
import type { OpenStores, Place } from './job-engines.ts';

/** Facts that a process receives. */
export interface JobProcess {
  readonly place: Place;
  /** Base URL of the server. */
  readonly url: string;
  /** Point at which the process stops. `@default` none */
  readonly point?: string | undefined;
  /** Number of parallel calls with one key. `@default 0`, which starts one job and waits for its answer */
  readonly calls?: number | undefined;
}

export const REQUEST = { messages: [user('hi')], maxTokens: 50 };

/** Opens the jobs of a process through the real SDK, with a limit. */
export function openJobs(
  url: string,
  { jobs, ledger: store }: Pick<OpenStores, 'jobs' | 'ledger'>,
): { readonly background: Background; readonly ledger: Ledger } {
  const limits = [{ name: 'money', max: { usd: '1000' }, per: 'ever' }] as const;
  const ledger = createLedger({ store, limits, storeTimeoutMs: 30_000 });
  const majordomo = createMajordomo({
    providers: [createOpenAI({ apiKey: 'sk-test-key', baseURL: url, api: 'chat' })],
    gates: [ledger.gate],
  });
  return { background: createBackground({ majordomo, store: jobs }), ledger };
}
