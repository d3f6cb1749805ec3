import { describe, expect, it } from 'vitest';
import { settingsFromParams } from './quirks.ts';

describe('the query of a DSN', () => {
  it.each([
    [{}, { numCtx: undefined, keepAlive: undefined, quirks: {} }],
    [
      { num_ctx: '32768', keep_alive: '30m', think: 'levels', schema: 'format-and-prompt' },
      { numCtx: 32768, keepAlive: '30m', quirks: { think: 'levels', schema: 'format-and-prompt' } },
    ],
    [{ keep_alive: '-1' }, { numCtx: undefined, keepAlive: -1, quirks: {} }],
  ])('reads %j', (params, settings) => {
    expect(settingsFromParams(params)).toEqual(settings);
  });

  it.each([{ num_ctx: '0' }, { num_ctx: 'big' }, { think: 'hard' }, { schema: 'no' }, { key: 'x' }])(
    'rejects %j',
    (params) => {
      expect(() => settingsFromParams(params)).toThrow(expect.objectContaining({ kind: 'config' }));
    },
  );
});
