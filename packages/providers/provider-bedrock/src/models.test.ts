import { quirksFromParams } from '@majordomo/wire-kit/internal';
import { describe, expect, it } from 'vitest';
import { modelFacts, familyOf } from './models.ts';
import { QUIRK_VALUES, type Quirks } from './quirks.ts';

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
    ['in.openai.gpt-5.6-luna', 'converse/openai.gpt-5.6-luna', undefined],
    ['us-gov.openai.gpt-oss-20b-1:0', 'converse/openai.gpt-oss-20b-1:0', true],
    ['deepseek.v3.2', 'converse/deepseek.v3.2', undefined],
    ['amazon.titan-text-lite-v1', 'converse/amazon.titan-text-lite', false],
    ['arn:aws:bedrock:us-east-1:1:application-inference-profile/abc', 'converse/abc', undefined],
  ])('%s has the family %s', (modelId, family, reasoning) => {
    const { capabilities, quirks } = modelFacts(modelId);
    expect(familyOf(modelId, quirks)).toBe(family);
    expect(capabilities.reasoning).toBe(reasoning);
  });

  it.each([
    // id, cache points, one-hour cache, effort, maximum size of a PDF in bytes
    ['anthropic.claude-3-haiku-20240307-v1:0', 'none', false, false, undefined],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'all', false, false, undefined],
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', 'all', false, false, undefined],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'all', false, false, 23_000_000],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', 'all', false, false, 23_000_000],
    ['us.anthropic.claude-opus-4-5-20251101-v1:0', 'all', true, false, 23_000_000],
    ['us.anthropic.claude-sonnet-4-6', 'all', true, true, 23_000_000],
    ['anthropic.claude-mythos-preview', 'all', true, true, 23_000_000],
    ['global.anthropic.claude-opus-5-5', 'all', true, true, 23_000_000],
  ])(
    '%s has the cache points, efforts and PDF limit that AWS documents',
    (id, cachePoints, longCache, effort, pdfBytes) => {
      const { capabilities, quirks } = modelFacts(id);
      expect(quirks).toMatchObject({ cachePoints, longCache, family: 'claude' });
      expect(quirks.efforts.length > 0).toBe(effort);
      expect(capabilities.fileLimits?.pdf?.maxBytes).toBe(pdfBytes);
      expect(capabilities.images).toMatchObject({ maxCount: 20 });
    },
  );

  it('treats a newer Claude as the newest of its family, without capabilities', () => {
    const { capabilities, quirks } = modelFacts('global.anthropic.claude-opus-7-1-v1');
    expect(quirks).toEqual(modelFacts('anthropic.claude-opus-5-5').quirks);
    expect(capabilities).toEqual({});
  });

  it('reads quirks from the query of a DSN and rejects an unknown one', () => {
    const read = (params: Record<string, string>): Partial<Quirks> =>
      quirksFromParams<Quirks>(params, QUIRK_VALUES);
    expect(read({ family: 'claude', longCache: 'true', forcedTools: 'never' })).toEqual({
      family: 'claude',
      longCache: true,
      forcedTools: 'never',
    });
    expect(() => read({ familly: 'claude' })).toThrow(/unknown quirk "familly"/);
    expect(() => read({ family: 'x' })).toThrow(/use claude, model/);
    expect(() => read({ thinking: 'budget' })).toThrow(/unknown quirk "thinking"/);
  });
});
