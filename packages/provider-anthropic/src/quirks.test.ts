import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { quirksFromParams } from './quirks.ts';

describe('quirksFromParams', () => {
  it('reads words and truth values', () => {
    expect(quirksFromParams({ thinking: 'budget', effort: 'false', sampling: 'one' })).toEqual({
      thinking: 'budget',
      effort: false,
      sampling: 'one',
    });
  });

  it.for([
    [{ thinkign: 'budget' }, 'unknown DSN parameter "thinkign"'],
    [{ thinking: 'hard' }, 'thinking=hard: it is one of none, budget, adaptive'],
    [{ toString: 'x' }, 'unknown DSN parameter "toString"'],
  ] as const)('refuses %j', ([params, message]) => {
    expect(() => quirksFromParams(params)).toThrow(message);
    try {
      quirksFromParams(params);
    } catch (error) {
      expect(LlmError.is(error, 'config')).toBe(true);
    }
  });
});
