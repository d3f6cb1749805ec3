import { describe, expect, it } from 'vitest';
import { factsOf, familyOf } from './models.ts';
import { quirksFromParams } from './quirks.ts';

describe('models', () => {
  it.each([
    ['anthropic.claude-3-haiku-20240307-v1:0', 'claude', false],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'claude', true],
    [
      'arn:aws:bedrock:us-east-1:012345678901:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0',
      'claude',
      true,
    ],
    ['us.amazon.nova-2-lite-v1:0', 'converse/amazon.nova-2-lite', true],
    ['eu.amazon.nova-micro-v1:0', 'converse/amazon.nova-micro', false],
    ['amazon.titan-text-lite-v1', 'converse/amazon.titan-text-lite', false],
    ['arn:aws:bedrock:us-east-1:1:application-inference-profile/abc', 'converse/abc', undefined],
  ])('%s reads %s', (modelId, family, reasoning) => {
    const { capabilities, quirks } = factsOf(modelId);
    expect(familyOf(modelId, quirks)).toBe(family);
    expect(capabilities.reasoning).toBe(reasoning);
  });

  it('a newer Claude than the table knows is asked as the newest one is', () => {
    expect(factsOf('global.anthropic.claude-opus-7-1-v1').quirks).toMatchObject({
      reasoning: 'thinking-adaptive',
      family: 'claude',
    });
  });

  it('quirks come from the query of a DSN; an unknown one is refused', () => {
    expect(quirksFromParams({ family: 'claude', longCache: 'true' })).toEqual({
      family: 'claude',
      longCache: true,
    });
    expect(() => quirksFromParams({ familly: 'claude' })).toThrow(/unknown DSN parameter/);
    expect(() => quirksFromParams({ family: 'x' })).toThrow(/one of claude, model/);
  });
});
