import { describe, expect, it } from 'vitest';
import { quirksFromParams } from './quirks.ts';

describe('the query of a DSN', () => {
  it('gives quirks', () => {
    expect(quirksFromParams({})).toEqual({});
    expect(quirksFromParams({ stop: 'true', reasoning: 'none' })).toEqual({ stop: true, reasoning: 'none' });
  });

  it.each<Record<string, string>>([
    { stop: 'maybe' },
    { reasoning: 'high' },
    { model: 'x' },
    { toString: 'x' },
  ])('%j cannot be used', (params) => {
    expect(() => quirksFromParams(params)).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});
