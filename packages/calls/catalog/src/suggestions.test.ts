import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { modelSuggestions } from './suggestions.ts';

const model = (id: string, retires?: string) =>
  ({ vendor: 'acme', id, input: ['text'], output: ['text'], prices: [], retires }) as const;
const MODELS = [model('acme-large-2'), model('acme-large-1', '2026-06-01'), model('acme-small-1')];
const catalog = { models: (vendor: string) => Promise.resolve(vendor === 'acme' ? MODELS : []) };
const suggest = modelSuggestions({ catalog, clock: fakeClock(Date.parse('2026-11-26')) });

it.each([
  ['acme', 'acme-large-2', 'acme-large-2'],
  ['acme', 'acme-lrage-2', 'acme-large-2'],
  ['acme', 'acme-large-1', 'acme-large-2'],
  ['acme', 'acme-sm', 'acme-small-1'],
  ['acme', 'gpt', undefined],
  ['other', 'acme-large-2', undefined],
])('modelSuggestions of %s for %s is %s', async (vendor, id, suggestion) => {
  expect(await suggest(vendor, id)).toBe(suggestion);
});

it('modelSuggestions rejects an invalid catalog', () => {
  expect(() => modelSuggestions({ catalog: {} as never })).toThrow(/catalog must be an object with models/);
});
