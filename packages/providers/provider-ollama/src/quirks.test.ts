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
    [{ keep_alive: '-1m' }, { numCtx: undefined, keepAlive: '-1m', quirks: {} }],
    [{ keep_alive: '1h30m0.5s' }, { numCtx: undefined, keepAlive: '1h30m0.5s', quirks: {} }],
  ])('reads %j', (params, settings) => {
    expect(settingsFromParams(params)).toEqual(settings);
  });

  it.each([
    { num_ctx: '0' },
    { num_ctx: 'big' },
    { keep_alive: 'forever' },
    { keep_alive: '5 minutes' },
    { keep_alive: '1.5' },
    { keep_alive: '' },
    { think: 'hard' },
    { schema: 'no' },
    { key: 'x' },
  ])('rejects %j', (params) => {
    expect(() => settingsFromParams(params)).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});
