import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { listedModels } from './models.ts';

const known = (id: string): object => (id === 'seer' ? { images: false } : {});

describe('a list of models', () => {
  it.each([
    ['under data', { data: [{ id: 'a' }, { id: 'b' }] }],
    ['by itself', [{ id: 'a' }, { id: 'b' }]],
    ['with what is no model', { data: [{ id: 'a' }, null, { name: 'x' }, { id: 7 }, { id: 'b' }] }],
  ])('is read %s', (_where, body) => {
    expect(listedModels(body, 'p', known).map(({ id, provider }) => `${provider}/${id}`)).toEqual([
      'p/a',
      'p/b',
    ]);
  });

  it.each(['context_length', 'context_window', 'max_context_length'])(
    'returns the context length from %s',
    (name) => {
      expect(listedModels([{ id: 'seer', [name]: 9 }], 'p', known)).toEqual([
        { id: 'seer', provider: 'p', capabilities: { images: false, contextTokens: 9 } },
      ]);
    },
  );

  it.each([[null], [{}], [{ data: null }]])('that is none is a protocol failure: %o', (body) => {
    let error: unknown;
    try {
      listedModels(body, 'p', known);
    } catch (thrown) {
      error = thrown;
    }
    expect(LlmError.is(error, 'protocol')).toBe(true);
  });
});
