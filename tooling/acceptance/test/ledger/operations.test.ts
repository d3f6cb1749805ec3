import { catalog } from '@majordomo/catalog';
import { createMajordomo, type Majordomo } from '@majordomo/core';
import { createLedger, type Ledger, type Limit, type SpendRecord } from '@majordomo/ledger';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';

let server: TestServer;
afterEach(() => server.close());

/** Prices of a million tokens, or of one unit for models that are billed by units. */
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

/** Creates a ledger for the real SDK with a server that sends this response. */
async function createWorld(answer: object | string, max: Limit['max'], durationMs?: number): Promise<World> {
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
const transcribe =
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
const transcriptWithDuration = { text: 'Hi', usage: { type: 'duration', seconds: 3 } };
const transcriptWithTokens = {
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
      transcribe('whisper-1'),
      transcriptWithDuration,
      2500,
      { operation: 'transcription', nanoUsd: '300000' },
    ],
    [
      'a transcript by the duration in the response',
      transcribe('whisper-1'),
      { text: 'Hi', duration: 2.5 },
      2500,
      { nanoUsd: '250000' },
    ],
    [
      'a transcript by the measured duration of the audio',
      transcribe('whisper-1'),
      { text: 'Hi' },
      2500,
      { nanoUsd: '250000' },
    ],
    [
      'a transcript by tokens',
      transcribe('gpt-4o-transcribe'),
      transcriptWithTokens,
      undefined,
      { nanoUsd: '630000' },
    ],
    ['speech by characters', speak('tts-1'), 'ID3', undefined, { operation: 'speech', nanoUsd: '165000' }],
  ])('%s', async (_, ask, answer, durationMs, expected) => {
    const world = await createWorld(answer, { usd: '1' }, durationMs);
    await ask(world);
    await world.ledger.flush();
    expect(world.records).toMatchObject([
      { outcome: 'finished', basis: 'override', missing: [], ...expected },
    ]);
    const [state] = await world.ledger.state();
    expect([state?.used, state?.held]).toEqual([BigInt(world.records[0]?.nanoUsd ?? -1), 0n]);
  });
});

describe('a request beyond the limit is not sent', () => {
  it.each<[string, Ask, object | string, Limit['max'], number | undefined, RegExp]>([
    ['vectors under money', embed, vectors, { usd: '0.000000001' }, undefined, /may use up to/],
    ['vectors under tokens', embed, vectors, { tokens: 1 }, undefined, /may use up to \d+ tokens/],
    [
      'a transcript under money',
      transcribe('whisper-1'),
      transcriptWithDuration,
      { usd: '0.0002' },
      2500,
      /up to \$0\.0003/,
    ],
    [
      'a transcript by tokens under money',
      transcribe('gpt-4o-transcribe'),
      transcriptWithTokens,
      { usd: '0.10' },
      2500,
      /up to \$0\.12/,
    ],
    [
      'a transcript by tokens under tokens',
      transcribe('gpt-4o-transcribe'),
      transcriptWithTokens,
      { tokens: 9999 },
      2500,
      /18000 tokens/,
    ],
    [
      'a transcript of unknown length',
      transcribe('whisper-1'),
      transcriptWithDuration,
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
    const world = await createWorld(answer, max, durationMs);
    await expect(ask(world)).rejects.toMatchObject({ kind: 'denied', message: expect.stringMatching(why) });
    await world.ledger.flush();
    expect([server.requests, world.records]).toEqual([[], []]);
    expect(await world.ledger.state()).toMatchObject([{ used: 0n, held: 0n }]);
  });

  it.each<[string, Ask, object | string]>([
    ['vectors', embed, vectors],
    ['transcripts', transcribe('whisper-1'), transcriptWithDuration],
    ['speech', speak('tts-1'), 'ID3'],
  ])('the second request under a limit of one: %s', async (_, ask, answer) => {
    const world = await createWorld(answer, { requests: 1 });
    await ask(world);
    await expect(ask(world)).rejects.toMatchObject({ kind: 'denied' });
    await world.ledger.flush();
    expect([server.requests.length, world.records.length]).toEqual([1, 1]);
  });
});
