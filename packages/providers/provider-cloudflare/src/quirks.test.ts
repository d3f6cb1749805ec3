import { describe, expect, it } from 'vitest';
import { quirksFromParams } from '@majordomo/wire-kit/internal';
import { QUIRK_VALUES, type RunQuirks } from './quirks.ts';

const read = (params: Readonly<Record<string, string>>): Partial<RunQuirks> =>
  quirksFromParams<RunQuirks>(params, QUIRK_VALUES);

describe('the query of a DSN', () => {
  it('contains quirks', () => {
    expect(read({})).toEqual({});
    expect(read({ stop: 'true', reasoning: 'none' })).toEqual({ stop: true, reasoning: 'none' });
  });

  it.each<Record<string, string>>([
    { stop: 'maybe' },
    { reasoning: 'high' },
    { model: 'x' },
    { toString: 'x' },
  ])('rejects %j', (params) => {
    expect(() => read(params)).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});
