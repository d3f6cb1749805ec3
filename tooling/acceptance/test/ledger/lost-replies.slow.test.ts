import type { ServerResponse } from 'node:http';
import { createBackground } from '@majordomo/background';
import { openaiChat } from '@majordomo/conformance';
import { createBatches } from '@majordomo/batch';
import { catalog } from '@majordomo/catalog';
import { createMajordomo, user, type Majordomo } from '@majordomo/core';
import { readReplay, replay, type RecordedCall, type ReplayDefinition } from '@majordomo/replay';
import { createLedger, type Ledger, type SpendRecord } from '@majordomo/ledger';
import { createOpenAI } from '@majordomo/provider-openai';
import { answers, testFolder, testServer } from '@majordomo/test-support';
import { seededRandom } from '@majordomo/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

const USAGE = { input: 12, output: 40 };
/** Cost of one answer in nano-USD, at 1 and 10 micro-USD per token of input and output. */
const ANSWER_NANO = USAGE.input * 1000 + USAGE.output * 10_000;
const IMAGE_NANO = 40_000_000;
const PRICE = { from: '2020-01-01', sources: ['contract'], trust: 'override' } as const;
const BOOK = catalog.with([
  {
    vendor: 'openai',
    id: 'm',
    maxInputTokens: 16_000,
    maxOutputTokens: 2000,
    prices: [{ ...PRICE, rates: { input: 1_000_000, output: 10_000_000 } }],
  },
  {
    vendor: 'openai',
    id: 'gpt-image-1',
    output: ['image'],
    prices: [{ ...PRICE, rates: { input: 0, output: 0 }, fees: { image: 40_000 } }],
  },
]);

/** End of a response of the vendor, which bills every request that it answers or cuts. */
type End = 'answer' | 'cut before the headers' | 'cut in the body' | 429 | 500;

interface World {
  readonly majordomo: Majordomo;
  readonly ledger: Ledger;
  readonly records: readonly SpendRecord[];
  /** Sum of what the vendor bills, in nano-USD. */
  bill(): number;
}

/** Starts a vendor whose responses end by `endOf`. */
async function world(endOf: () => End): Promise<World> {
  let bill = 0;
  const server = await testServer((response, { path, body }) => {
    const end = endOf();
    if (typeof end === 'number') {
      answers({ error: { message: 'not now' } }, end)(response);
      return;
    }
    const isImage = path.includes('images');
    bill += isImage ? IMAGE_NANO : ANSWER_NANO;
    send(response, isImage ? IMAGE : answerTo(body), end);
  });
  onTestFinished(() => server.close());
  const records: SpendRecord[] = [];
  const limits = [{ name: 'all', max: { usd: '100' }, per: 'ever' }] as const;
  const ledger = createLedger({ catalog: BOOK, limits, onRecord: (record) => records.push(record) });
  const majordomo = createMajordomo({
    providers: [createOpenAI({ api: 'chat', apiKey: 'sk-test', baseURL: `${server.origin}/v1` })],
    gates: [ledger.gate],
    chain: { attempts: 3, backoff: { baseMs: 0, capMs: 0 } },
    health: { threshold: 1000 },
  });
  return { majordomo, ledger, records, bill: () => bill };
}

const IMAGE = JSON.stringify({ created: 1, data: [{ b64_json: 'iVBORw0KGgo=' }] });

function answerTo(body: unknown): string {
  const request = openaiChat.read('/v1/chat/completions', body);
  const answer = { parts: [{ type: 'text', text: 'yes' }], usage: USAGE } as const;
  if (!request.streamed) return openaiChat.complete(answer, request).body;
  return Buffer.concat(openaiChat.stream(answer, request).map(({ bytes }) => bytes)).toString();
}

function send(response: ServerResponse, body: string, end: Exclude<End, number>): void {
  if (end === 'cut before the headers') {
    response.destroy();
    return;
  }
  const type = body.startsWith('data:') ? 'text/event-stream' : 'application/json';
  response.writeHead(200, { 'content-type': type });
  if (end === 'answer') response.end(body);
  else response.write(body.slice(0, body.length / 3), () => setTimeout(() => response.destroy(), 5));
}

const REQUEST = { messages: [user('hi')], maxTokens: 100 };
type Use = readonly [name: string, run: (world: World, at: number) => Promise<unknown>];
const USES: readonly Use[] = [
  ['a call', ({ majordomo }) => majordomo.model('openai/m').generate(REQUEST)],
  [
    'a stream',
    async ({ majordomo }) => {
      for await (const _event of majordomo.model('openai/m').stream(REQUEST));
    },
  ],
  ['an image', ({ majordomo }) => majordomo.imageModel('openai/gpt-image-1').generate({ prompt: 'a cat' })],
  [
    'a background job',
    ({ majordomo, ledger }, at) =>
      createBackground({ majordomo, ledger, catalog: BOOK })
        .model('openai/m')
        .generate(REQUEST, { key: `k${at}` }),
  ],
  [
    'a live call of a batch',
    async ({ majordomo, ledger }, at) => {
      const batches = createBatches({ majordomo, ledger, catalog: BOOK });
      const key = `b${at}`;
      const items = [{ id: 'a', request: REQUEST }];
      const job = await batches.submit({
        key,
        spec: 'openai/m',
        items,
        deadline: new Date(Date.now() + 60_000),
        live: { when: 'both', leadMs: 60_000 },
      });
      await job.poll();
    },
  ],
];

async function used({ ledger }: World): Promise<number> {
  await ledger.flush();
  const [state] = await ledger.state();
  expect(state?.held).toBe(0n);
  return Number(state?.used);
}

describe.each(USES)('%s', (_, run) => {
  it.each([1, 2])(
    'is never booked below the bill of a vendor that loses responses (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const ends: readonly End[] = ['answer', 'cut before the headers', 'cut in the body', 429, 500];
      const one = await world(() => ends[Math.floor(random() * ends.length)] ?? 'answer');
      for (let at = 0; at < 6; at++) await run(one, at).catch(() => undefined);
      expect(one.bill()).toBeGreaterThan(0);
      expect(await used(one)).toBeGreaterThanOrEqual(one.bill());
      const sum = one.records.reduce((total, { nanoUsd }) => total + Number(nanoUsd ?? 0), 0);
      expect(sum).toBe(await used(one));
    },
  );

  it('costs nothing if the vendor rejects every request', async () => {
    const ends: readonly End[] = [429, 500];
    let at = 0;
    const one = await world(() => ends[at++ % 2] ?? 500);
    await run(one, 0).catch(() => undefined);
    expect(await used(one)).toBe(0);
  });
});

it.each([1, 2])(
  'a replay spends at most its budget at a vendor that loses responses (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const one = await world(() => (random() < 0.5 ? 'answer' : 'cut in the body'));
    const folder = testFolder();
    const calls = Array.from({ length: 20 }, (_, at): RecordedCall => {
      const words = Array.from({ length: 8 }, (_word, place) =>
        Math.sin(at * 8 + place)
          .toString(36)
          .slice(3),
      );
      const usage = { ...USAGE, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
      return {
        id: `call-${at}`,
        at: '2026-11-01T00:00:00.000Z',
        request: { messages: [user(words.join(' '))], maxTokens: 100 },
        response: { parts: [{ type: 'text', text: 'no' }], finish: 'stop', target: 'openai/m', usage },
      };
    });
    const definition: ReplayDefinition = {
      name: 'lost',
      majordomo: one.majordomo,
      traffic: {
        async *list() {
          for (const { id } of calls) yield { id };
        },
        read: async (id) => calls.find((call) => call.id === id) ?? { excluded: 'unknown' },
      },
      candidate: { spec: 'openai/m' },
      judge: () => 'equal',
      sample: 20,
      control: 0,
      budgetUsd: '0.02',
    };
    for (let run = 0; run < 4; run++)
      await replay(definition, { folder, catalog: BOOK, concurrency: 4 }).catch(() => undefined);
    const { spentNanoUsd } = await readReplay('lost', { folder });
    expect(one.bill()).toBeGreaterThan(0);
    expect(one.bill()).toBeLessThanOrEqual(Number(spentNanoUsd));
    expect(Number(spentNanoUsd)).toBeLessThanOrEqual(20_000_000);
  },
);
