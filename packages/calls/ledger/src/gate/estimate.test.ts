import type { CatalogModel, Price } from '@majordomo/catalog';
import { image, user, type AttemptInfo, type Capabilities } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { estimate, unitsOf, type Estimate } from './estimate.ts';

/** Rates of one micro-USD per input token and ten per output token. */
const RATES = { input: 1_000_000, output: 10_000_000 };
const MICRO_USD = 1000n;
const MAX_INT64 = 2n ** 63n - 1n;

const priced = (estimateOf: Partial<Price> = {}): Price => ({
  from: '2020-01-01',
  rates: RATES,
  sources: [],
  trust: 'override',
  ...estimateOf,
});
const billedBy = (unit: string, fee: number): Price =>
  priced({ rates: { input: 0, output: 0 }, fees: { [unit]: fee } });
const modelWith = (estimateOf: Partial<CatalogModel> = {}): CatalogModel => ({
  vendor: 'acme',
  id: 'x',
  input: [],
  output: [],
  prices: [],
  ...estimateOf,
});
const attemptOf = (estimateOf: Partial<AttemptInfo> = {}): AttemptInfo => ({
  call: { id: 'c', spec: 'acme/x', operation: 'chat', tenant: undefined, metadata: {} },
  target: 'acme/x',
  attempt: 1,
  request: { messages: [user('hi')], tools: [], output: undefined, extra: {} },
  capabilities: {},
  signal: new AbortController().signal,
  ...estimateOf,
});
const chat = (maxTokens?: number, capabilities: Capabilities = {}): AttemptInfo => {
  const attempt = attemptOf({ capabilities });
  return { ...attempt, request: { ...attempt.request, maxTokens } };
};
const other = (payload: object): AttemptInfo => attemptOf({ payload: payload as AttemptInfo['payload'] });
const estimateOf = (attempt: AttemptInfo, model?: CatalogModel, price?: Price, output?: number): Estimate =>
  estimate(attempt, model, price, output, undefined);

describe('the output of a chat', () => {
  it.each<[string, number | undefined, Capabilities, Partial<CatalogModel>, number | undefined]>([
    ['the limit of the request', 1, { maxOutputTokens: 2 }, { maxOutputTokens: 3 }, 1],
    ['otherwise the maximum of the provider', undefined, { maxOutputTokens: 2 }, { maxOutputTokens: 3 }, 2],
    ['otherwise that of the catalog', undefined, { contextTokens: 4 }, { maxOutputTokens: 3 }, 3],
    ['otherwise the context of the provider', undefined, { contextTokens: 4 }, { contextTokens: 5 }, 4],
    ['otherwise that of the catalog', undefined, {}, { contextTokens: 5 }, 5],
    ['unknown without any of them', undefined, {}, {}, undefined],
  ])('is %s', (_, maxTokens, capabilities, model, output) => {
    expect(estimateOf(chat(maxTokens, capabilities), modelWith(model)).output).toBe(output);
  });

  it.each([
    [50, 100, 50],
    [50.5, 100, 51],
    [0, 100, 0],
    [500, 100, 100],
    [50, undefined, 50],
    [-1, 100, 100],
    [NaN, 100, 100],
    [Infinity, 100, 100],
    [Infinity, undefined, undefined],
  ])('expected to be %s with a maximum of %s is %s', (expected, maxTokens, output) => {
    expect(estimateOf(chat(maxTokens), undefined, undefined, expected).output).toBe(output);
  });
});

describe('the input of a chat', () => {
  it.each<[string, Capabilities, Partial<CatalogModel>, number]>([
    ['the maximum input of the model', { contextTokens: 8 }, { maxInputTokens: 7, contextTokens: 9 }, 7],
    ['the context of the provider', { contextTokens: 8 }, { contextTokens: 9 }, 8],
    ['the context of the catalog', {}, { contextTokens: 9 }, 9],
  ])('is at most %s', (_, capabilities, model, input) => {
    expect(estimateOf(chat(1, capabilities), modelWith(model)).input).toBe(input);
  });

  it('grows with the text, without a limit of the model', () => {
    const long = attemptOf();
    const request = { ...long.request, messages: [user('a'.repeat(1002))] };
    expect(estimateOf({ ...long, request }).input - estimateOf(long).input).toBe(1000);
  });
});

describe('the cost of a chat', () => {
  it('is that of its input and output', () => {
    const { input, nanoUsd, isByUnit } = estimateOf(chat(100), undefined, priced());
    expect(nanoUsd).toBe(BigInt(input + 1000) * MICRO_USD);
    expect(isByUnit).toBe(false);
  });

  it('is unknown without a price or a maximum output', () => {
    expect(estimateOf(chat(100)).nanoUsd).toBeUndefined();
    expect(estimateOf(chat(), undefined, priced()).nanoUsd).toBeUndefined();
  });

  it('is at most the maximum of a counter', () => {
    const price = priced({ rates: { input: Number.MAX_SAFE_INTEGER, output: Number.MAX_SAFE_INTEGER } });
    expect(estimateOf(chat(Number.MAX_SAFE_INTEGER), undefined, price).nanoUsd).toBe(MAX_INT64);
  });
});

describe('embeddings', () => {
  it('have input tokens for each value and no output', () => {
    const one = estimateOf(other({ values: ['first'] }), undefined, priced());
    const two = estimateOf(other({ values: ['first', ''] }), undefined, priced());
    // Models may add tokens at the start and at the end of each value.
    expect(two.input).toBeGreaterThanOrEqual(one.input + 2);
    expect(one).toMatchObject({ output: 0, isByUnit: false, nanoUsd: BigInt(one.input) * MICRO_USD });
  });

  it('have tokens but no cost without a price', () => {
    const { input, output, nanoUsd } = estimateOf(other({ values: ['first'] }));
    expect(input).toBeGreaterThan(4);
    expect([output, nanoUsd]).toEqual([0, undefined]);
  });
});

describe('speech', () => {
  const speech = other({ text: 'Hello' });

  it('is billed by characters if they have a fee', () => {
    expect(estimateOf(speech, modelWith({ maxOutputTokens: 9 }), billedBy('character', 15))).toEqual({
      input: 0,
      output: undefined,
      nanoUsd: 75n * MICRO_USD,
      isByUnit: true,
    });
  });

  it('is otherwise billed by the tokens of the text and the longest response of the model', () => {
    const { input, output, nanoUsd, isByUnit } = estimateOf(
      speech,
      modelWith({ maxOutputTokens: 9 }),
      priced(),
    );
    expect([output, nanoUsd, isByUnit]).toEqual([9, (BigInt(input) + 90n) * MICRO_USD, true]);
    expect(input).toBeGreaterThanOrEqual(5);
  });

  it('includes the tokens of its instructions', () => {
    const instructed = other({ text: 'Hello', instructions: 'a'.repeat(1000) });
    const inputs = [speech, instructed].map(
      (attempt) => estimateOf(attempt, modelWith({ maxOutputTokens: 9 }), priced()).input,
    );
    expect((inputs[1] ?? 0) - (inputs[0] ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('has no estimate without a price, or without a maximum of the model', () => {
    const unknown = {
      input: 0,
      output: undefined,
      nanoUsd: undefined,
      isByUnit: true,
    };
    expect(estimateOf(speech, modelWith({ maxOutputTokens: 9 }))).toEqual(unknown);
    expect(estimateOf(speech, modelWith(), priced())).toEqual(unknown);
  });
});

describe('a transcription', () => {
  const recording = (durationMs?: number): AttemptInfo => other({ audio: new Uint8Array(9), durationMs });
  const perSecond = billedBy('audio-second', 100);

  it('is billed by seconds, at least 10 and rounded up, if they have a fee', () => {
    expect(estimateOf(recording(2000), undefined, perSecond).nanoUsd).toBe(1000n * MICRO_USD);
    expect(estimateOf(recording(12_001), undefined, perSecond)).toMatchObject({
      input: 0,
      output: undefined,
      nanoUsd: 1300n * MICRO_USD,
      isByUnit: true,
    });
  });

  it('has no estimate without a duration or a price', () => {
    expect(estimateOf(recording(), undefined, perSecond).nanoUsd).toBeUndefined();
    expect(estimateOf(recording(2000))).toMatchObject({ nanoUsd: undefined, isByUnit: true });
  });

  it('is otherwise billed by the largest input and output of the model', () => {
    const model = modelWith({ maxInputTokens: 5, contextTokens: 7, maxOutputTokens: 2 });
    expect(estimateOf(recording(2000), model, priced())).toMatchObject({
      input: 5,
      output: 2,
      nanoUsd: 25n * MICRO_USD,
      isByUnit: true,
    });
    expect(
      estimateOf(recording(2000), modelWith({ contextTokens: 7, maxOutputTokens: 2 }), priced()).input,
    ).toBe(7);
  });

  it('includes the fee of a request, rounded up to a nano-USD', () => {
    const price = priced({ fees: { 'audio-second': 0.0005, request: 2 } });
    expect(estimateOf(recording(11_000), undefined, price).nanoUsd).toBe(2006n);
  });
});

describe('images', () => {
  const imageAttempt = (more: object = {}): AttemptInfo => other({ prompt: 'a cat', ...more });
  const free = { input: 0, output: 0 };

  it.each<[string, object, Readonly<Record<string, number>>, number]>([
    ['the fee of their size', { n: 3, size: '1x1' }, { 'image:1x1': 5, image: 7 }, 15],
    ['otherwise the fee of any image', { n: 3, size: '2x2' }, { 'image:1x1': 5, image: 7 }, 21],
    ['the fee of any image without a size', { n: 3 }, { 'image:1x1': 5, image: 7 }, 21],
    ['otherwise the highest fee of a size', { n: 3 }, { 'image:1x1': 5, 'image:2x2': 6, other: 9 }, 18],
    ['one image without a number', {}, { image: 7 }, 7],
  ])('cost %s', (_, payload, fees, microUsd) => {
    expect(estimateOf(imageAttempt(payload), undefined, priced({ rates: free, fees }))).toEqual({
      input: 0,
      output: undefined,
      nanoUsd: BigInt(microUsd) * MICRO_USD,
      isByUnit: true,
    });
  });

  it('cost their input in addition to the fee', () => {
    const price = priced({ rates: { input: 1_000_000, output: 0 }, fees: { image: 7 } });
    const short = estimateOf(imageAttempt(), undefined, price).nanoUsd!;
    expect(short).toBeGreaterThanOrEqual(12n * MICRO_USD);
    expect(estimateOf(imageAttempt({ prompt: 'a cat!' }), undefined, price).nanoUsd! - short).toBe(MICRO_USD);
    const images = [image(new Uint8Array(9), 'image/png')];
    expect(estimateOf(imageAttempt({ images }), undefined, price).nanoUsd!).toBeGreaterThan(
      short + 50n * MICRO_USD,
    );
  });

  it('cost their output in addition to the fee if no rate of image tokens replaces the fee', () => {
    const price = priced({ rates: { input: 0, output: 1_000_000 }, fees: { image: 7 } });
    const most = estimateOf(imageAttempt({ n: 2 }), modelWith({ maxOutputTokens: 9 }), price);
    expect(most.nanoUsd).toBe(32n * MICRO_USD);
  });

  it('cost the tokens that the model can write for each of them, if that is more than the fee', () => {
    const price = priced({ rates: { ...free, outputImage: 10_000_000 }, fees: { image: 7 } });
    const withOutputTokens = estimateOf(imageAttempt({ n: 2 }), modelWith({ maxOutputTokens: 9 }), price);
    expect([withOutputTokens.output, withOutputTokens.nanoUsd]).toEqual([18, 180n * MICRO_USD]);
    expect(withOutputTokens.input).toBeGreaterThanOrEqual(5);
    const expensive = priced({ ...price, fees: { image: 700 } });
    expect(estimateOf(imageAttempt({ n: 2 }), modelWith({ maxOutputTokens: 9 }), expensive).nanoUsd).toBe(
      1400n * MICRO_USD,
    );
    const withoutFee = estimateOf(
      imageAttempt({ n: 2 }),
      modelWith({ maxOutputTokens: 9 }),
      priced({ rates: price.rates }),
    );
    expect(withoutFee.nanoUsd).toBe(180n * MICRO_USD);
  });

  it('cost the fee if the maximum output of the model is unknown', () => {
    const price = priced({ rates: { ...free, outputImage: 10_000_000 }, fees: { image: 7 } });
    expect(estimateOf(imageAttempt(), modelWith(), price)).toMatchObject({
      output: undefined,
      nanoUsd: 7n * MICRO_USD,
    });
  });

  it('have no estimate without a price, or with neither a fee nor a maximum output', () => {
    const unknown = {
      input: 0,
      output: undefined,
      nanoUsd: undefined,
      isByUnit: true,
    };
    expect(estimateOf(imageAttempt(), modelWith({ maxOutputTokens: 9 }))).toEqual(unknown);
    expect(estimateOf(imageAttempt(), modelWith(), priced({ rates: { ...free, outputImage: 1 } }))).toEqual(
      unknown,
    );
  });
});

it.each<[object, object | undefined]>([
  [{ values: ['a'] }, undefined],
  [{ audio: new Uint8Array(1) }, undefined],
  [{ text: 'Hello' }, { character: 5 }],
  [{ prompt: 'a cat' }, { image: 1 }],
  [{ prompt: 'a cat', n: 2, size: '1x1' }, { 'image:1x1': 2 }],
])('the billed units of %j are %j', (payload, units) => {
  expect(unitsOf({ payload } as AttemptInfo)).toEqual(units);
});

it('a video has no units before it is generated', () => {
  expect(unitsOf({ ...other({ prompt: 'a cat' }), operation: 'video' })).toBeUndefined();
});

describe('the estimate of a video', () => {
  const fees = {
    'video-second': 400_000,
    'video-second:480p': 50_000,
    'video-second:4k': 600_000,
    request: 10,
  };
  const price = priced({ rates: { input: 0, output: 0 }, fees });

  it.each<[object, bigint | undefined]>([
    [{ seconds: 8, resolution: '480p' }, 400_010_000n],
    [{ seconds: 8, resolution: '1080p' }, 3_200_010_000n],
    [{ seconds: 8 }, 4_800_010_000n],
    [{ resolution: '480p' }, undefined],
  ])('of %j is its length at the fee of the resolution, or at the highest one', (request, nanoUsd) => {
    const attempt = { ...other({ prompt: 'a cat', ...request }), operation: 'video' } as const;
    expect(estimateOf(attempt, undefined, price)).toMatchObject({ nanoUsd, output: 0, isByUnit: true });
    expect(estimateOf(attempt, undefined, undefined).nanoUsd).toBeUndefined();
  });
});

describe('the estimate of a rerank or moderation request', () => {
  const search = { rates: { input: 0, output: 0 }, fees: { search: 2000 } } as unknown as Price;
  const moderation = { rates: { input: 0, output: 0 }, fees: { moderation: 0 } } as unknown as Price;
  const documents = (count: number, length: number): object => ({
    query: 'q',
    documents: Array.from({ length: count }, () => 'x'.repeat(length)),
  });

  it.each([
    ['a search of up to 100 documents', documents(100, 499), 2_000_000n],
    ['two searches of more', documents(101, 10), 4_000_000n],
    ['the chunks of long documents', documents(100, 500), 4_000_000n],
  ])('counts %s', (_, payload, nanoUsd) => {
    expect(estimateOf(other(payload), undefined, search)).toMatchObject({
      nanoUsd,
      isByUnit: true,
    });
  });

  it('counts the query with each document if tokens are billed', () => {
    const one = estimateOf(other(documents(1, 100))).input;
    expect(estimateOf(other(documents(10, 100))).input).toBeGreaterThan(one * 5);
  });

  it('counts values by their fee, otherwise tokens', () => {
    const values = { values: ['one', 'two'] };
    expect(estimateOf(other(values), undefined, moderation)).toMatchObject({ nanoUsd: 0n, isByUnit: true });
    expect(estimateOf(other(values))).toMatchObject({ nanoUsd: undefined, isByUnit: false });
  });
});

describe('the estimate of a classification', () => {
  const questions = {
    refund: { type: 'predicate', instructions: 'x' },
    team: { type: 'choice', instructions: 'x', choices: { a: '', b: '', c: '' } },
  };
  const request = (bases: readonly string[], input: unknown = 'y'.repeat(1000)): object => ({
    input,
    questions,
    bases,
  });

  it('counts one output token per option, and the limits of the requests of an emulation', () => {
    expect(estimateOf(other(request(['vendor'])))).toMatchObject({ output: 5, isByUnit: false });
    expect(estimateOf(other(request(['logprobs'])))).toMatchObject({ output: 32 });
    expect(estimateOf(other(request(['stated'])))).toMatchObject({ output: 300 });
    expect(estimateOf(other(request(['logprobs', 'stated'])))).toMatchObject({ output: 332 });
  });

  it('counts the input for each question if an emulation sends one request per question', () => {
    const { input } = estimateOf(other(request(['vendor'])));
    expect(input).toBeGreaterThanOrEqual(300);
    expect(estimateOf(other(request(['logprobs']))).input).toBeGreaterThan(input + 300);
  });

  it('counts the messages of a conversation', () => {
    const messages = [user('y'.repeat(1000)), { role: 'system', parts: [{ type: 'text', text: 'z' }] }];
    const { input } = estimateOf(other(request(['vendor'], messages)));
    expect(input).toBeGreaterThan(estimateOf(other(request(['vendor'], [user('y')]))).input + 200);
  });
});
