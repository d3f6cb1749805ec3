import { createBackground, type Background, type BackgroundOptions } from '@majordomo/background';
import { createMajordomo, user } from '@majordomo/core';
import { createLedger, type Ledger } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import type { OpenStores, Place } from './job-engines.ts';

/** Base URLs of the servers. */
export interface JobServers {
  /** Server of `openai`: of Chat Completions, or of jobs if `isNative` is set. */
  readonly url: string;
  /** Whether `openai` has a job API. `@default false` */
  readonly isNative?: boolean | undefined;
  /** Server of the jobs of `other`. `@default` the same server */
  readonly other?: string | undefined;
  /** Server of `anthropic`, which has no job API. */
  readonly anthropic?: string | undefined;
}

/** Facts that a process receives. */
export interface JobProcess extends JobServers {
  readonly place: Place;
  /** Chain of the calls. `@default 'openai/gpt-4.1-mini'` */
  readonly spec?: string | undefined;
  /** Point at which the process stops. `@default` none */
  readonly point?: string | undefined;
  /** Whether the process runs an agent with the run id `r`. */
  readonly isAgent?: boolean | undefined;
}

/** Space of the records of jobs. */
export const SPACE = 'background';
export const SPEC = 'openai/gpt-4.1-mini';
export const REQUEST = { messages: [user('hi')], maxTokens: 50 };

/** Opens the jobs of a process through the real SDK, with a limit in dollars. */
export function openJobs(
  { url, isNative = false, other = url, anthropic = url }: JobServers,
  { records, ledger: store }: Pick<OpenStores, 'records' | 'ledger'>,
  { usd = '1000', ...options }: Partial<BackgroundOptions> & { readonly usd?: string } = {},
): { readonly background: Background; readonly ledger: Ledger } {
  const limits = [{ name: 'money', max: { usd }, per: 'ever' }] as const;
  const ledger = createLedger({ store, limits, storeTimeoutMs: 30_000 });
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'sk-test-key', baseURL: url, api: isNative ? 'responses' : 'chat' }),
      createOpenAI({ id: 'other', apiKey: 'sk-test-key', baseURL: other }),
      createAnthropic({ apiKey: 'sk-test-key', baseURL: anthropic }),
    ],
    gates: [ledger.gate],
    chain: isNative ? { attempts: 1 } : {},
  });
  return { background: createBackground({ majordomo, records, ledger, ...options }), ledger };
}

/** Ends the lease of a job, whose end is the due time of its record, as after 30 seconds. Repeats if the job is saved meanwhile. */
export async function endLease({ records }: OpenStores, key: string): Promise<void> {
  for (;;) {
    const found = await records.get(SPACE, key);
    if (found?.dueMs === undefined) return;
    const { version } = found;
    if ((await records.write(SPACE, [{ type: 'touch', key, version, dueMs: 0 }])) !== undefined) return;
  }
}
