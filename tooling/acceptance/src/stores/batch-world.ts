import { createMajordomo, user, type Clock, systemClock } from '@majordomo/core';
import { createBatches, type Batches, type BatchItem } from '@majordomo/batch';
import { createLedger, type Ledger, type LedgerStore } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI, mistral, openaiCompatible } from '@majordomo/provider-openai';
import type { RecordStore } from '@majordomo/records';

/** Time to add to the system clock, in milliseconds. */
export interface Time {
  readonly offsetMs: number;
}

/** Facts with which a process opens the jobs of the test. */
export interface BatchWorld {
  /** Origin of the batch server. */
  readonly url: string;
  /** Folder for inputs. */
  readonly folder: string;
  readonly time: Time;
}

/** Specs by wire. */
export const SPECS = {
  responses: 'openai/gpt-4.1',
  chat: 'openai-chat/gpt-4.1',
  mistral: 'mistral/mistral-large-latest',
  messages: 'anthropic/claude-haiku-4-5',
  gemini: 'google/gemini-2.5-flash',
} as const;

export const ITEMS: readonly BatchItem[] = ['one', 'two', 'three'].map((text) => ({
  id: text,
  request: { messages: [user(text)], maxTokens: 50 },
}));

export const clockAt = (time: Time): Clock => ({
  ...systemClock,
  now: () => Date.now() + time.offsetMs,
});

/** Opens the jobs through the real SDKs. */
export function openBatches(
  world: BatchWorld,
  stores: { readonly records: RecordStore; readonly ledger: LedgerStore },
): { readonly batches: Batches; readonly ledger: Ledger } {
  const { url, folder } = world;
  const clock = clockAt(world.time);
  const apiKey = 'sk-test-key';
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey, baseURL: `${url}/v1` }),
      createOpenAI({ id: 'openai-chat', api: 'chat', apiKey, baseURL: `${url}/v1` }),
      openaiCompatible(mistral, { apiKey, baseURL: `${url}/v1` }),
      createAnthropic({ apiKey, baseURL: url }),
      createGoogle({ apiKey, baseURL: url }),
    ],
  });
  const limits = [{ name: 'money', max: { usd: '1000' }, per: 'ever' }] as const;
  const ledger = createLedger({ store: stores.ledger, limits, clock, storeTimeoutMs: 30_000 });
  return {
    batches: createBatches({
      majordomo,
      records: stores.records,
      ledger,
      folder,
      clock,
      // The three items need two batches.
      most: { requests: 2 },
    }),
    ledger,
  };
}
