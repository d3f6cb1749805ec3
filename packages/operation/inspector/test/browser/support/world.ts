import { usageOf } from '@majordomo/test-support';
import { serveFetch, type FetchServer } from '@majordomo/test-support/fetch-server';
import {
  createMajordomo,
  systemClock,
  user,
  type CallEvent,
  type Clock,
  type LlmError,
  type Majordomo,
} from '@majordomo/core';
import { createInspector, type Inspector, type InspectorOptions } from '../../../src/index.ts';
import { createLedger, memoryStore, type Ledger } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { anthropicMessages, openaiChat, startWireServer, type Step } from '@majordomo/conformance';

export const TOKEN = 'a-token-of-the-acceptance-tests';
export const HEAD = 'openai/gpt-5.4';
export const TAIL = 'anthropic/claude-sonnet-5';

/** Two vendors on 127.0.0.1, a ledger and an inspector. */
export interface ServedInspector extends AsyncDisposable {
  readonly majordomo: Majordomo;
  readonly ledger: Ledger;
  readonly inspector: Inspector;
  readonly server: FetchServer;
  /** URL of the page with the token. */
  readonly address: string;
  /** Next responses of the first vendor's server. If the list is empty, it responds successfully. */
  readonly head: Step[];
  requestJson(text: string, tenant?: string): Promise<void>;
}

/** `clock`: clock of the calls. The inspector uses the system's clock unless `options` contains another one. */
export async function startInspector(
  options: Partial<InspectorOptions> = {},
  clock: Clock = systemClock,
): Promise<ServedInspector> {
  const head: Step[] = [];
  const openai = await startWireServer({
    wire: openaiChat,
    script: () => head.shift() ?? 'A butler runs the house, so that its people can live in it.',
    split: 'event',
    delayMs: 1,
  });
  const anthropic = await startWireServer({
    wire: anthropicMessages,
    script: () => 'I am here: the second in line, and glad to be of use.',
    split: 'event',
    delayMs: 1,
  });
  const store = memoryStore();
  await appendSpendHistory(store);
  const ledger = createLedger({
    store,
    limits: [
      { name: 'team day', max: { usd: '0.02' }, per: 'day', each: ['tenant'], whenSpent: 'advance' },
      { name: 'requests', max: { requests: 500 }, per: 'hour' },
      { name: 'tokens', max: { tokens: 2_000_000 }, per: 'month', each: ['vendor'] },
    ],
    reserve: () => 100,
  });
  const root = createMajordomo({
    providers: [
      createOpenAI({
        apiKey: 'any',
        baseURL: openai.baseURL,
        api: 'chat',
        timeouts: { firstContentMs: 1500 },
      }),
      createAnthropic({ apiKey: 'any', baseURL: anthropic.baseURL }),
    ],
    gates: [ledger.gate],
    aliases: { house: `${HEAD},${TAIL}` },
    chain: { backoff: { baseMs: 10 } },
    clock,
  });
  const inspector = createInspector({ majordomo: root, ledger, token: TOKEN, loopback: true, ...options });
  const majordomo = root.with({ onEvent: inspector.onEvent });
  const server = await serveFetch((request) => inspector.fetch(request));
  return {
    majordomo,
    ledger,
    inspector,
    server,
    head,
    address: `${server.origin}/inspector?token=${TOKEN}`,
    async requestJson(text, tenant) {
      const request = { messages: [user(text)], maxTokens: 100 };
      const stream = majordomo.model('house').stream(request, {
        tenant,
        afterCommit: 'restart',
        onEvent: (event) => {
          inspector.onEvent(event, request);
        },
      });
      for await (const _ of stream);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([server.close(), openai.close(), anthropic.close()]);
    },
  };
}

/** Appends records for a month of spending, with fixed amounts. */
async function appendSpendHistory(store: ReturnType<typeof memoryStore>): Promise<void> {
  const hour = 3_600_000;
  const models = [
    ['openai', 'gpt-5.4', 5_200_000],
    ['anthropic', 'claude-sonnet-5', 8_900_000],
    ['openai', 'gpt-5.4-mini', 900_000],
    ['google', 'gemini-3-pro', 3_100_000],
  ] as const;
  for (let hoursAgo = 1; hoursAgo < 26 * 24; hoursAgo += hoursAgo < 24 ? 1 : 6) {
    for (const [at, [vendor, model, nanoUsd]] of models.entries()) {
      const wave = 1 + Math.sin(hoursAgo / 3.1 + at) * 0.7;
      await store.append({
        id: `before/${model}/${hoursAgo}`,
        at: new Date(Date.now() - hoursAgo * hour).toISOString(),
        call: `before-${hoursAgo}-${at}`,
        operation: 'chat',
        target: `${vendor}/${model}`,
        vendor,
        model,
        name: undefined,
        tenant: ['acme', 'globex', 'initech'][(hoursAgo + at) % 3],
        tags: {},
        outcome: 'finished',
        ms: 900,
        usage: { input: 4000, output: 700, cacheRead: 0, cacheWrite: undefined, reasoning: undefined },
        nanoUsd: String(Math.round(nanoUsd * wave)),
        basis: 'catalogue',
        missing: [],
        catalog: '2026-11-20',
      });
    }
  }
}

/** Creates the events of a call that no chain makes, for tests with many calls. */
export function* eventsOf(n: number, failure: LlmError): Generator<CallEvent> {
  const call = {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    spec: 'house',
    operation: 'chat' as const,
    tenant: ['acme', 'globex', 'initech', undefined][n % 4],
    metadata: {},
  };
  const usage = usageOf({ input: 900 + (n % 7) * 130, output: 80 + (n % 11) * 17 });
  const attempts = [];
  yield { type: 'call-start', call, targets: [HEAD, TAIL] };
  yield { type: 'attempt-start', call, target: HEAD, attempt: 1 };
  if (n % 5 === 0) {
    yield {
      type: 'attempt-failed',
      call,
      target: HEAD,
      attempt: 1,
      error: failure,
      willRetryInMs: undefined,
    };
    const failed = { target: HEAD, outcome: 'failed' as const, error: failure, usage: undefined, ms: 1 };
    yield { type: 'attempt-end', call, attempt: 1, result: failed };
    attempts.push(failed);
    yield { type: 'attempt-start', call, target: TAIL, attempt: 1 };
  }
  const target = n % 5 === 0 ? TAIL : HEAD;
  yield { type: 'committed', call, target, msToFirst: 1 };
  const result = { target, outcome: 'finished' as const, error: undefined, usage, ms: 2 };
  yield { type: 'attempt-end', call, attempt: 1, result };
  attempts.push(result);
  yield { type: 'call-end', call, outcome: 'finished', response: undefined, error: undefined, attempts };
}
