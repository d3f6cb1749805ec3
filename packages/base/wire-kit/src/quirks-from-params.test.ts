import { expect, test } from 'vitest';
import { quirksFromParams, type QuirkValues } from './settings.ts';

interface Quirks {
  readonly thinking: 'budget' | 'effort';
  readonly cache: boolean;
  readonly field: 'a' | undefined;
  readonly most: number;
}

const VALUES: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  thinking: ['budget', 'effort'],
  cache: [true, false],
  field: ['a', undefined],
  most: { takes: 'a number', read: (text) => (/^\d+$/.test(text) ? Number(text) : undefined) },
};

const read = (query: string): Partial<Quirks> =>
  quirksFromParams<Quirks>(Object.fromEntries(new URLSearchParams(query)), VALUES, 'LLM_ACME');

test('parses values, and "none" as undefined', () => {
  expect(read('thinking=effort&cache=false&field=none&most=8')).toEqual({
    thinking: 'effort',
    cache: false,
    field: undefined,
    most: 8,
  });
});

test.each([
  [
    'thonking=budget',
    'LLM_ACME: unknown quirk "thonking"; known quirks: thinking, cache, field, most; did you mean "thinking"?',
  ],
  ['constructor=1', 'LLM_ACME: unknown quirk "constructor"; known quirks: thinking, cache, field, most'],
  ['thinking=much', 'LLM_ACME: "much" is not a valid value of thinking; use budget, effort'],
  ['cache=yes', 'LLM_ACME: "yes" is not a valid value of cache; use true, false'],
  ['field=b', 'LLM_ACME: "b" is not a valid value of field; use a, none'],
  ['sk-Zx9QwErTy-K3yCanary=1', 'LLM_ACME: unknown quirk "sk-…"; known quirks: thinking, cache, field, most'],
  [
    'thinking=sk-Zx9QwErTy-K3yCanary',
    'LLM_ACME: "sk-…" is not a valid value of thinking; use budget, effort',
  ],
  ['most=many', 'LLM_ACME: "many" is not a valid value of most; use a number'],
])('rejects %s and lists the valid values', (query, message) => {
  expect(() => read(query)).toThrow(expect.objectContaining({ kind: 'config', message }));
});
