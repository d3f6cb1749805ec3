import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeModels } from '../../../packages/calls/catalog/src/decode.ts';
import { catalog, costOf, priceAt } from '../../../packages/calls/catalog/src/index.ts';
import { isIsoDay } from '../../../packages/base/core/src/util/values.ts';
import { VENDORS } from '../../../packages/calls/catalog/src/refresh/vendors.ts';
import { folderOf } from '../../build/packages.ts';
import { chunkOf } from './chunk.ts';
import { problemsOf } from './problems.ts';

const CATALOG = folderOf('catalog');
const read = (path: string): string => readFileSync(join(CATALOG, path), 'utf8');
const namesIn = (folder: string): readonly string[] =>
  readdirSync(join(CATALOG, folder))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();

/** Vendors that only a custom profile can reach. */
const CUSTOM_VENDORS = new Set(['deepinfra', 'google-vertex-anthropic', 'zhipuai']);
const MAX_BYTES = 62_000;

describe('the snapshot', () => {
  it('contains its date and the dates of its sources', () => {
    expect(catalog.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(catalog.sources.map(({ name, licence }) => [name, licence])).toEqual([
      ['models.dev', 'MIT'],
      ['genai-prices', 'MIT'],
      ['litellm', 'MIT'],
      ['pi-ai', 'MIT'],
    ]);
    for (const { date } of catalog.sources) expect(date <= catalog.date).toBe(true);
  });

  it('has a chunk, an entry and an export for each of its vendors', () => {
    const chunks = namesIn('src/generated').filter((name) => name !== 'about' && name !== 'chunks');
    expect(catalog.vendors).toEqual(chunks);
    expect(namesIn('src/vendors')).toEqual(chunks);
    const { exports } = JSON.parse(read('package.json')) as { exports: object };
    const vendorEntries = Object.keys(exports).filter(
      (entry) =>
        !['.', './refresh', './node', './catalog.json', './tokens', './package.json'].includes(entry),
    );
    expect(vendorEntries).toEqual(chunks.map((name) => `./${name}`));
    const known = new Set(VENDORS.map(({ vendor }) => vendor));
    expect(chunks.filter((name) => !known.has(name))).toEqual([]);
  });

  it('equals the generated files', async () => {
    for (const vendor of catalog.vendors)
      expect(chunkOf(await catalog.models(vendor))).toBe(read(`src/generated/${vendor}.ts`));
  });

  it(`has chunks of at most ${MAX_BYTES} bytes, gzipped, for the vendors of built-in providers`, () => {
    const sizes = catalog.vendors
      .filter((vendor) => !CUSTOM_VENDORS.has(vendor))
      .map((vendor) => gzipSync(rowsIn(vendor), { level: 9 }).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('lists no id twice, and every alias refers to a model', async () => {
    for (const vendor of catalog.vendors) {
      const models = await catalog.models(vendor);
      const ids = models.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].sort());
      for (const { aliasOf, prices } of models) {
        if (aliasOf === undefined) continue;
        expect(models.find(({ id }) => id === aliasOf)?.aliasOf).toBeUndefined();
        expect(ids).toContain(aliasOf);
        expect(prices).toEqual([]);
      }
    }
  });

  it('has valid prices, oldest first, each with its sources', async () => {
    const all = (await Promise.all(catalog.vendors.map((vendor) => catalog.models(vendor)))).flat();
    const prices = all.flatMap((model) => model.prices);
    expect(prices.length).toBeGreaterThan(1500);
    // Every check of an override also applies to the snapshot.
    expect(catalog.with(all).vendors).toEqual(catalog.vendors);
    for (const { id, prices: periods } of all) {
      const days = periods.map(({ from }) => from);
      expect([id, days]).toEqual([id, [...new Set(days)].sort()]);
    }
    for (const { sources } of prices) expect(sources.length).toBeGreaterThan(0);
  });
});

it('has only days that exist', async () => {
  for (const vendor of catalog.vendors)
    for (const { id, released, knowledge, retires, deprecatedSince, lastSeen } of await catalog.models(
      vendor,
    ))
      for (const day of [released, knowledge, retires, deprecatedSince, lastSeen])
        if (day !== undefined && !/^\d{4}-\d{2}$/.test(day))
          expect([vendor, id, day, isIsoDay(day)]).toEqual([vendor, id, day, true]);
});

it('has no implausible price', async () => {
  for (const vendor of catalog.vendors)
    for (const model of await catalog.models(vendor)) {
      const writesText = !model.output.includes('text');
      const unsettled = model.prices.map((price) => ({ ...price, trust: 'single' }) as const);
      const found = problemsOf({ ...model, prices: unsettled }, undefined, writesText, catalog.date);
      expect(found.filter((problem) => /cacheWrite|priority/.test(problem))).toEqual([]);
    }
});

it('has the same context steps for an id with its date as without', async () => {
  for (const vendor of catalog.vendors)
    for (const { id, prices, aliasOf } of await catalog.models(vendor)) {
      const undated = id.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, '');
      if (undated === id || aliasOf !== undefined) continue;
      const other = (await catalog.models(vendor)).find((model) => model.id === undated)?.prices.at(-1);
      const own = prices.at(-1);
      if (own === undefined || other === undefined) continue;
      const stepsOf = ({ above = [] }: typeof own) =>
        above.map(({ inputTokens, rates }) => [inputTokens, rates.input]);
      expect([vendor, id, stepsOf(own)]).toEqual([vendor, id, stepsOf(other)]);
    }
});

it('charges image tokens or an image fee, never both, for every price that has both', async () => {
  const all = (await Promise.all(catalog.vendors.map((vendor) => catalog.models(vendor)))).flat();
  const both = all.flatMap(({ vendor, id, prices }) =>
    prices.flatMap(({ rates, fees = {}, ...price }) => {
      const fee = Object.keys(fees).find((unit) => /^image(?::|$)/.test(unit));
      const { outputImage } = rates;
      return fee === undefined || outputImage === undefined
        ? []
        : [{ name: `${vendor}/${id}`, outputImage, fee, price: { ...price, rates, fees } }];
    }),
  );
  expect(both.length).toBeGreaterThanOrEqual(12);
  for (const { name, price, fee, outputImage } of both) {
    const drawn = { units: { [fee]: 1 } };
    const none = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
    const byTokens = { input: 0, output: 1000, ...none, details: { ...drawn, outputImage: 1000 } };
    const byFee = { input: 0, output: 0, ...none, details: drawn };
    expect([name, costOf(byTokens, price).nanoUsd]).toEqual([name, BigInt(outputImage)]);
    expect([name, costOf(byFee, price).nanoUsd]).toEqual([name, BigInt(price.fees[fee] ?? 0) * 1000n]);
  }
});

const rowsIn = (vendor: string): string => /`(\[.*\])`/s.exec(read(`src/generated/${vendor}.ts`))?.[1] ?? '';

describe('published prices', () => {
  it.each([
    ['openai', 'gpt-5.4', 2_500_000, 15_000_000],
    ['anthropic', 'claude-sonnet-4-5', 3_000_000, 15_000_000],
    ['amazon-bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 3_300_000, 16_500_000],
    ['google', 'gemini-2.5-pro', 1_250_000, 10_000_000],
  ])('%s %s', async (vendor, id, input, output) => {
    const found = await catalog.find(vendor, id);
    expect(found && priceAt(found.model, new Date(catalog.date))?.rates).toMatchObject({ input, output });
  });

  it('the long cache of Claude costs twice the input rate in every source', async () => {
    const haiku = await catalog.find('anthropic', 'claude-3-haiku-20240307');
    expect(haiku?.model.prices.at(-1)?.rates.cacheWriteLong).toBe(500_000);
  });
});

it('a model of the largest chunk is decoded', () => {
  expect(decodeModels('openrouter', unescaped(rowsIn('openrouter'))).get('openai/gpt-4o')?.id).toBe(
    'openai/gpt-4o',
  );
});

const unescaped = (text: string): string => text.replaceAll(/\\([\\`$])/g, '$1');

it('contains the licenses of all four sources in the tarball', () => {
  const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
  expect(files).toContain('dist');
  expect(read('dist/NOTICES.md')).toBe(read('notices/NOTICES.md'));
  const notices = read('dist/NOTICES.md');
  for (const holder of ['spin.dev', 'Pydantic Services Inc.', 'Berri AI', 'Mario Zechner'])
    expect(notices).toMatch(new RegExp(`Copyright \\(c\\) .*${holder}`));
  expect(notices.match(/Permission is hereby granted, free of charge/g)).toHaveLength(4);
  for (const { name } of catalog.sources) expect(notices.toLowerCase()).toContain(`## ${name}`);
});

it.each([
  ['cohere', 'rerank-v3.5', { search: 3 }, 6_000_000n],
  ['amazon-bedrock', 'cohere.rerank-v3-5:0', { search: 1 }, 2_000_000n],
  ['openai', 'omni-moderation-latest', { moderation: 7 }, 0n],
])('%s/%s has a fee by unit', async (vendor, id, units, nanoUsd) => {
  const found = await catalog.find(vendor, id);
  const tokens = { input: undefined, output: undefined, cacheRead: undefined, cacheWrite: undefined };
  const usage = { ...tokens, reasoning: undefined, details: { units } };
  expect(costOf(usage, found && priceAt(found.model, new Date()))).toMatchObject({ nanoUsd, missing: [] });
});
