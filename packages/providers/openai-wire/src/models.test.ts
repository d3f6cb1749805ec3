import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { listedModels } from './models.ts';

const capabilitiesOf = (id: string): object => (id === 'seer' ? { images: false } : {});

describe('a list of models', () => {
  it.each([
    ['under data', { data: [{ id: 'a' }, { id: 'b' }] }],
    ['as an array', [{ id: 'a' }, { id: 'b' }]],
    ['with items that are not models', { data: [{ id: 'a' }, null, { name: 'x' }, { id: 7 }, { id: 'b' }] }],
  ])('is read %s', (_where, body) => {
    expect(listedModels(body, 'p', capabilitiesOf).map(({ id, provider }) => `${provider}/${id}`)).toEqual([
      'p/a',
      'p/b',
    ]);
  });

  it.each(['context_length', 'context_window', 'max_context_length'])(
    'returns the context length from %s',
    (name) => {
      expect(listedModels([{ id: 'seer', [name]: 9 }], 'p', capabilitiesOf)).toEqual([
        { id: 'seer', provider: 'p', capabilities: { images: false, contextTokens: 9 } },
      ]);
    },
  );

  it.each([[null], [{}], [{ data: null }]])('is rejected as protocol if it is not an array: %o', (body) => {
    let error: unknown;
    try {
      listedModels(body, 'p', capabilitiesOf);
    } catch (thrown) {
      error = thrown;
    }
    expect(LlmError.is(error, 'protocol')).toBe(true);
  });
});
