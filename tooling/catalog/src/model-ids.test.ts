import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '@majordomo/catalog';
import { catalog } from '../../../packages/calls/catalog/src/index.ts';
import { folderOf } from '../../build/packages.ts';
import { chatModelIds, MODEL_ID_FILE, MODEL_ID_TYPES, modelIdsOf } from './model-ids.ts';

const TODAY = '2026-11-10';
const listed: CatalogModel = {
  vendor: 'openai',
  id: 'm',
  family: 'gpt',
  input: ['text', 'image'],
  output: ['text'],
  prices: [],
};
const isSuggested = (model: Partial<CatalogModel>): boolean =>
  chatModelIds([{ ...listed, ...model }], TODAY).length > 0;

describe('the generated types of model ids', () => {
  it.each(MODEL_ID_TYPES)('in $provider equal the chat models of the catalog', async (type) => {
    const file = readFileSync(join(folderOf(type.provider), MODEL_ID_FILE), 'utf8');
    expect(file, 'run `pnpm --filter @majordomo/catalog refresh`').toBe(
      modelIdsOf(type, await catalog.models(type.vendor), catalog.date),
    );
    expect(file.match(/^ {2}\| '/gm)?.length).toBeGreaterThan(2);
  });
});

describe('chatModelIds', () => {
  it.each<[string, Partial<CatalogModel>]>([
    ['that models.dev describes', {}],
    ['that only pi-ai lists', { family: undefined, prices: [priceFrom('pi-ai')] }],
    ['whose retirement is in the future', { retires: '2026-11-11' }],
  ])('contains a chat model %s', (_case, model) => {
    expect(isSuggested(model)).toBe(true);
  });

  it.each<[string, Partial<CatalogModel>]>([
    ['an alias of the catalog', { aliasOf: 'n' }],
    ['a model that only price lists contain', { family: undefined, prices: [priceFrom('litellm')] }],
    ['a retired model', { retires: TODAY }],
    ['a deprecated model', { status: 'deprecated' }],
    ['a model that no source lists any more', { lastSeen: '2026-08-01' }],
    ['an image model', { output: ['text', 'image'] }],
    ['a transcription model', { input: ['audio'] }],
    ['an embedding model', { id: 'text-embedding-3-large' }],
    ['a rerank model', { id: 'cohere.rerank-v3-5:0' }],
    ['a moderation model', { id: 'omni-moderation-latest' }],
    ['a decision model', { id: 'gemini-decision-1' }],
    ['a realtime model', { id: 'gpt-realtime-2' }],
  ])('omits %s', (_case, model) => {
    expect(isSuggested(model)).toBe(false);
  });
});

function priceFrom(source: string): CatalogModel['prices'][number] {
  return { from: '2026-01-01', rates: { input: 1, output: 1 }, sources: [source], trust: 'single' };
}
