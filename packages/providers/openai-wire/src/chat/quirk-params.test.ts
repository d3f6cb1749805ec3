import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { quirksFromParams } from './quirk-params.ts';
import { OPENAI_QUIRKS } from './quirks.ts';

describe('quirksFromParams', () => {
  it('parses values, booleans, counts and lists', () => {
    expect(
      quirksFromParams(
        { maxTokensField: 'max_tokens', streamUsage: 'false', stopMax: '2', refuses: 'seed,stop' },
        'LLM_LAB',
      ),
    ).toEqual({
      maxTokensField: 'max_tokens',
      streamUsage: false,
      stopMax: 2,
      refuses: ['seed', 'stop'],
    });
    expect(quirksFromParams({ stopMax: 'any' }, 'LLM_LAB')).toEqual({ stopMax: 'any' });
    expect(quirksFromParams({}, 'LLM_LAB')).toEqual({});
  });

  it('accepts the default of each quirk that has a DSN form', () => {
    const {
      extraBody: _body,
      signedDetails: _details,
      vendorTools: _tools,
      serviceTiers: _tiers,
      replayedMembers: _members,
      ...rest
    } = OPENAI_QUIRKS;
    const params = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    expect(quirksFromParams({ ...params, refuses: 'seed' }, 'LLM_LAB')).toEqual({
      ...rest,
      refuses: ['seed'],
    });
  });

  it.each([
    [{ maxTokenField: 'max_tokens' }, 'unknown quirk "maxTokenField"'],
    [{ maxTokensField: 'tokens' }, '"tokens" is not a valid value of maxTokensField'],
    [{ streamUsage: '1' }, '"1" is not a valid value of streamUsage'],
    [{ stopMax: '-1' }, '"-1" is not a valid value of stopMax'],
    [{ refuses: 'seed,model' }, '"seed,model" is not a valid value of refuses'],
    [{ toString: 'x' }, 'unknown quirk "toString"'],
  ])('rejects %o', (params, message) => {
    let error: unknown;
    try {
      quirksFromParams(params, 'LLM_LAB');
    } catch (thrown) {
      error = thrown;
    }
    expect(LlmError.is(error, 'config')).toBe(true);
    expect(String(error)).toContain(`LLM_LAB: ${message}`);
  });
});
