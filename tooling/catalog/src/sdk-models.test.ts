import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '@majordomo/catalog';
import { catalog } from '../../../packages/calls/catalog/src/index.ts';
import { folderOf } from '../../build/packages.ts';
import {
  anthropicShutdowns,
  LEFT_OUT,
  mediaOf,
  mergedModels,
  modelsOfSdk,
  openaiShutdowns,
  SDKS,
  withSdkModels,
  type SdkModel,
} from './sdk-models.ts';

/** Folder of the SDK that a provider package has installed. */
const folderOfSdk = (provider: string, name: string): string => {
  const entry = createRequire(join(folderOf(provider), 'package.json')).resolve(name);
  return entry.slice(0, entry.indexOf(`${name}/`) + name.length);
};

const modelsIn = async (name: string, dependent: string): Promise<readonly SdkModel[]> => {
  const sdk = SDKS.find((one) => one.package === name);
  return sdk === undefined ? [] : modelsOfSdk(sdk, folderOfSdk(dependent, name));
};

describe.each([
  ['openai', 'openai', 'provider-openai'],
  ['@anthropic-ai/sdk', 'anthropic', 'provider-anthropic'],
] as const)('the installed package %s', (name, vendor, dependent) => {
  const models = (): Promise<readonly SdkModel[]> => modelsIn(name, dependent);

  it('states no other shutdown date than the catalog', async () => {
    const stated = (await models()).flatMap(({ id, retires }) =>
      retires === undefined ? [] : [{ id, retires }],
    );
    expect(stated.length).toBeGreaterThan(0);
    const wrong = [];
    for (const { id, retires } of stated) {
      const found = await catalog.find(vendor, id);
      // An alias and an id with a date find another model.
      if (found?.by === 'id' && found.model.retires !== retires)
        wrong.push([id, retires, found.model.retires]);
    }
    expect(wrong, 'run `pnpm --filter @majordomo/catalog refresh`').toEqual([]);
  });
});

it.each([
  ['openai', 'openai', 'provider-openai'],
  ['@anthropic-ai/sdk', 'anthropic', 'provider-anthropic'],
  ['@ai-sdk/openai', 'openai', 'ai-sdk'],
  ['@ai-sdk/google', 'google', 'gateway'],
] as const)(
  'the catalog has each model that %s names, or states the reason',
  async (name, vendor, dependent) => {
    const named = await modelsIn(name, dependent);
    const missing = [];
    for (const { id, retires = '9999' } of named) {
      const isExpected = retires <= catalog.date || LEFT_OUT.has(`${vendor}/${id}`);
      if (!isExpected && (await catalog.find(vendor, id)) === undefined) missing.push(id);
    }
    expect(named.length).toBeGreaterThan(20);
    expect(missing, 'run `pnpm --filter @majordomo/catalog refresh`').toEqual([]);
  },
);

it('reads dates of comments that are broken at any space', () => {
  const text = ` * - "gpt-a", "gpt-b-2025-01-02",\n *   "gpt-c": Announced shutdown\n *   date: 2026-12-11. See x.\n`;
  expect([...openaiShutdowns(text)]).toEqual([
    ['gpt-a', '2026-12-11'],
    ['gpt-b-2025-01-02', '2026-12-11'],
    ['gpt-c', '2026-12-11'],
  ]);
});

it('reads dates in words', () => {
  expect([
    ...anthropicShutdowns(`'claude-a': 'January 22nd, 2027',\n 'claude-b': 'June 1st, 2026',`),
  ]).toEqual([
    ['claude-a', '2027-01-22'],
    ['claude-b', '2026-06-01'],
  ]);
});

it('merges the models of two packages of one vendor', () => {
  expect(
    mergedModels([{ id: 'a' }, { id: 'b', retires: '2027-01-01' }, { id: 'a', retires: '2027-02-01' }]),
  ).toEqual([
    { id: 'a', retires: '2027-02-01' },
    { id: 'b', retires: '2027-01-01' },
  ]);
});

it('fails if the files of an SDK no longer name models', async () => {
  const folder = dirname(folderOf('catalog'));
  const sdk = { vendor: 'x', package: 'x-sdk', files: ['catalog/package.json'], idsIn: () => [] };
  await expect(modelsOfSdk(sdk, folder)).rejects.toThrow('x-sdk: catalog/package.json name no model');
});

describe('models that only an SDK names', () => {
  const known: CatalogModel = { vendor: 'v', id: 'm', input: ['text'], output: ['text'], prices: [] };
  const added = (named: readonly SdkModel[]): readonly string[] =>
    withSdkModels('v', [known], named, '2026-11-10')
      .filter((model) => model !== known)
      .map(({ id, retires }) => `${id} ${retires}`);

  it('are added without a price, with their shutdown date', () => {
    expect(added([{ id: 'n' }, { id: 'o', retires: '2027-01-01' }])).toEqual(['n undefined', 'o 2027-01-01']);
  });

  it('are not added if they have been shut down, or are dated ids of a known model', () => {
    expect(added([{ id: 'o', retires: '2026-11-10' }, { id: 'm-2026-01-02' }])).toEqual([]);
  });

  it('are not added if a reason is listed', () => {
    const named = [{ id: 'command-r-03-2024' }];
    expect(withSdkModels('cohere', [], named, '2026-11-10')).toEqual([]);
    expect(withSdkModels('v', [], named, '2026-11-10')).toHaveLength(1);
  });

  it('replace the shutdown date of a known model', () => {
    expect(added([{ id: 'm', retires: '2027-01-01' }])).toEqual(['m 2027-01-01']);
  });

  it.each([
    ['gpt-image-2.6-flare', 'text,image', 'image'],
    ['gemini-3.1-flash-tts-preview', 'text', 'audio'],
    ['gpt-transcribe', 'audio', 'text'],
    ['voxtral-mini-latest', 'text,audio', 'text'],
    ['grok-imagine-video-1.5', 'text,image', 'video'],
    ['gpt-6-cyber', 'text', 'text'],
  ])('%s has the input %s and the output %s', (id, input, output) => {
    expect([String(mediaOf(id).input), String(mediaOf(id).output)]).toEqual([input, output]);
  });
});
