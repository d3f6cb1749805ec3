import { catalog } from '@majordomo/catalog';
import { createMajordomo, type Majordomo } from '@majordomo/core';
import { createLedger, type Ledger, type Limit, type SpendRecord } from '@majordomo/ledger';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';

let server: TestServer;
afterEach(() => server.close());

/** In USD for a million tokens, and for one unit of those that are billed by it. */
const PRICES = {
  'text-embedding-3-small': { rates: { input: 20_000, output: 0 } },
  'whisper-1': { rates: { input: 0, output: 0 }, fees: { 'audio-second': 100 } },
  'gpt-4o-transcribe': { rates: { input: 2_500_000, output: 10_000_000, inputAudio: 6_000_000 } },
  'tts-1': { rates: { input: 0, output: 0 }, fees: { character: 15 } },
  'gpt-4o-mini-tts': { rates: { input: 600_000, output: 12_000_000 } },
};
const BOOK = catalog.with(
  Object.entries(PRICES).map(([id, price]) => ({
    vendor: 'openai',
    id,
    maxInputTokens: 16_000,
    ...(id !== 'gpt-4o-mini-tts' && { maxOutputTokens: 2000 }),
    prices: [{ from: '2020-01-01', sources: ['contract'], trust: 'override' as const, ...price }],
  })),
);

interface World {
  readonly majordomo: Majordomo;
  readonly ledger: Ledger;
  readonly records: readonly SpendRecord[];
}

/** A ledger before the real SDK, which asks a server that gives this answer. */
async function world(answer: object | string, max: Limit['max'], durationMs?: number): Promise<World> {
  server = await testServer((response) => {
    response.setHeader('content-type', typeof answer === 'string' ? 'audio/mpeg' : 'application/json');
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  const records: SpendRecord[] = [];
  const ledger = createLedger({
    catalog: BOOK,
    limits: [{ name: 'day', max, per: 'day' }],
    onRecord: (record) => records.push(record),
  });
  const majordomo = createMajordomo({
    providers: [createOpenAI({ apiKey: 'sk-test', baseURL: `${server.origin}/v1` })],
    gates: [ledger.gate],
    media: { fit: (image) => Promise.resolve(image), durationMs: () => durationMs },
  });
  return { majordomo, ledger, records };
}

const note = { audio: new TextEncoder().encode('OggS a voice note'), mediaType: 'audio/ogg' };

const embed = ({ majordomo }: World): Promise<unknown> =>
  majordomo.embeddingModel('openai/text-embedding-3-small').embed({ values: ['one', 'two'], dimensions: 2 });
const hear =
  (model: string) =>
  ({ majordomo }: World): Promise<unknown> =>
    majordomo.transcriptionModel(`openai/${model}`).transcribe(note);
const speak =
  (model: string) =>
  ({ majordomo }: World): Promise<unknown> =>
    majordomo.speechModel(`openai/${model}`).speak({ text: 'Hello there' });

const vectors = {
  data: [0, 1].map((index) => ({ index, embedding: 'AACAPwAAAAA=' })),
  usage: { prompt_tokens: 1000 },
};
const timed = { text: 'Hi', usage: { type: 'duration', seconds: 3 } };
const counted = {
  text: 'Hi',
  usage: {
    type: 'tokens',
    input_tokens: 100,
    output_tokens: 10,
    input_token_details: { audio_tokens: 80, text_tokens: 20 },
  },
};

type Ask = (world: World) => Promise<unknown>;

describe('operations other than chat are booked by the units of the vendor', () => {
  it.each<[string, Ask, object | string, number | undefined, Partial<SpendRecord>]>([
    ['vectors by tokens', embed, vectors, undefined, { operation: 'embedding', nanoUsd: '20000' }],
    [
      'a transcript by seconds',
      hear('whisper-1'),
      timed,
      2500,
      { operation: 'transcription', nanoUsd: '300000' },
    ],
    [
      'a transcript by its own duration',
      hear('whisper-1'),
      { text: 'Hi', duration: 2.5 },
      2500,
      { nanoUsd: '250000' },
    ],
    [
      'a transcription is booked by its measured duration',
      hear('whisper-1'),
      { text: 'Hi' },
      2500,
      { nanoUsd: '250000' },
    ],
    ['a transcript by tokens', hear('gpt-4o-transcribe'), counted, undefined, { nanoUsd: '630000' }],
    ['speech by characters', speak('tts-1'), 'ID3', undefined, { operation: 'speech', nanoUsd: '165000' }],
  ])('%s', async (_, ask, answer, durationMs, expected) => {
    const here = await world(answer, { usd: '1' }, durationMs);
    await ask(here);
    await here.ledger.flush();
    expect(here.records).toMatchObject([
      { outcome: 'finished', basis: 'override', missing: [], ...expected },
    ]);
    const [state] = await here.ledger.state();
    expect([state?.used, state?.held]).toEqual([BigInt(here.records[0]?.nanoUsd ?? -1), 0n]);
  });
});

describe('a request beyond the limit is not sent', () => {
  it.each<[string, Ask, object | string, Limit['max'], number | undefined, RegExp]>([
    ['vectors under money', embed, vectors, { usd: '0.000000001' }, undefined, /may use up to/],
    ['vectors under tokens', embed, vectors, { tokens: 1 }, undefined, /may use up to \d+ tokens/],
    ['a transcript under money', hear('whisper-1'), timed, { usd: '0.0002' }, 2500, /up to \$0\.0003/],
    [
      'a transcript by tokens under money',
      hear('gpt-4o-transcribe'),
      counted,
      { usd: '0.10' },
      2500,
      /up to \$0\.12/,
    ],
    [
      'a transcript by tokens under tokens',
      hear('gpt-4o-transcribe'),
      counted,
      { tokens: 9999 },
      2500,
      /18000 tokens/,
    ],
    [
      'a transcript of unknown length',
      hear('whisper-1'),
      timed,
      { usd: '9' },
      undefined,
      /openai\/whisper-1 cannot be estimated in advance; pass durationMs/,
    ],
    ['speech under money', speak('tts-1'), 'ID3', { usd: '0.0001' }, undefined, /may use up to/],
    [
      'speech of unknown length',
      speak('gpt-4o-mini-tts'),
      'ID3',
      { usd: '9' },
      undefined,
      /unknownPrice: 'admit'/,
    ],
  ])('%s', async (_, ask, answer, max, durationMs, why) => {
    const here = await world(answer, max, durationMs);
    await expect(ask(here)).rejects.toMatchObject({ kind: 'denied', message: expect.stringMatching(why) });
    await here.ledger.flush();
    expect([server.requests, here.records]).toEqual([[], []]);
    expect(await here.ledger.state()).toMatchObject([{ used: 0n, held: 0n }]);
  });

  it.each<[string, Ask, object | string]>([
    ['vectors', embed, vectors],
    ['transcripts', hear('whisper-1'), timed],
    ['speech', speak('tts-1'), 'ID3'],
  ])('the second of one request: %s', async (_, ask, answer) => {
    const here = await world(answer, { requests: 1 });
    await ask(here);
    await expect(ask(here)).rejects.toMatchObject({ kind: 'denied' });
    await here.ledger.flush();
    expect([server.requests.length, here.records.length]).toEqual([1, 1]);
  });
});
