import { describe, expect, it } from 'vitest';
import { claudeModel } from './models.ts';
import { CLAUDE_QUIRKS, type ClaudeQuirks } from './quirks.ts';

const quirksOf = (id: string): ClaudeQuirks => ({ ...CLAUDE_QUIRKS, ...claudeModel(id)?.quirks });

describe('claudeModel', () => {
  it.for([
    // Columns: id, maximum output, thinking, thinking off, sampling, forced tools, output schema, prefill.
    ['claude-opus-5-5', 128_000, 'adaptive', 'never', 'none', 'never', 'native', false],
    ['claude-fable-5-1', 128_000, 'adaptive', 'never', 'none', 'never', 'native', false],
    ['claude-mythos-5-2', 128_000, 'adaptive', 'never', 'none', 'never', 'native', false],
    ['claude-fable-5', 128_000, 'adaptive', 'never', 'none', 'always', 'native', false],
    ['claude-mythos-preview', 128_000, 'adaptive', 'never', 'none', 'always', 'native', false],
    ['claude-sonnet-5-5', 128_000, 'adaptive', 'between_tools', 'none', 'never', 'native', false],
    ['claude-haiku-5-5', 128_000, 'adaptive', 'disabled', 'none', 'always', 'native', false],
    ['claude-opus-5', 128_000, 'adaptive', 'disabled', 'none', 'always', 'native', false],
    ['claude-sonnet-5', 128_000, 'adaptive', 'disabled', 'none', 'always', 'native', false],
    ['claude-opus-4-8', 128_000, 'adaptive', 'omit', 'none', 'always', 'native', false],
    ['claude-opus-4-7', 128_000, 'adaptive', 'omit', 'none', 'without-thinking', 'native', false],
    ['claude-opus-4-6', 128_000, 'adaptive', 'omit', 'one', 'without-thinking', 'native', false],
    ['claude-sonnet-4-6', 128_000, 'adaptive', 'omit', 'one', 'without-thinking', 'native', false],
    ['claude-opus-4-5-20251101', 64_000, 'budget', 'omit', 'one', 'without-thinking', 'native', true],
    ['claude-sonnet-4-5', 64_000, 'budget', 'omit', 'one', 'without-thinking', 'native', true],
    ['claude-haiku-4-5-20251001', 64_000, 'budget', 'omit', 'one', 'without-thinking', 'native', true],
    ['claude-opus-4-1-20250805', 32_000, 'budget', 'omit', 'one', 'without-thinking', 'tool', true],
    ['claude-opus-4-20250514', 32_000, 'budget', 'omit', 'both', 'without-thinking', 'tool', true],
    ['claude-opus-4@20250514', 32_000, 'budget', 'omit', 'both', 'without-thinking', 'tool', true],
    ['anthropic/claude-sonnet-4-0', 64_000, 'budget', 'omit', 'both', 'without-thinking', 'tool', true],
    ['claude-3-7-sonnet-20250219', 64_000, 'budget', 'omit', 'both', 'without-thinking', 'tool', true],
    ['claude-3-5-haiku-20241022', 8192, 'none', 'omit', 'both', 'without-thinking', 'tool', true],
    ['claude-3-haiku-20240307', 4096, 'none', 'omit', 'both', 'without-thinking', 'tool', true],
  ] as const)('knows %s', ([id, most, thinking, thinkingOff, sampling, forcedTools, output, prefill]) => {
    expect(quirksOf(id)).toMatchObject({ thinking, thinkingOff, sampling, forcedTools });
    expect(claudeModel(id)?.capabilities).toMatchObject({
      maxOutputTokens: most,
      output,
      prefill,
      tools: true,
    });
  });

  it('sends effort only to models that accept it', () => {
    const taken = ['claude-opus-4-5', 'claude-sonnet-4-6', 'claude-opus-5-5', 'claude-sonnet-7'];
    const refused = ['claude-sonnet-4-5', 'claude-haiku-4-5', 'claude-opus-4-1', 'claude-3-7-sonnet-latest'];
    expect(taken.map((id) => quirksOf(id).efforts.join(' '))).toEqual([
      'low medium high',
      'low medium high max',
      'low medium high xhigh max',
      'low medium high xhigh max',
    ]);
    expect(refused.map((id) => quirksOf(id).efforts)).toEqual(refused.map(() => []));
  });

  it.for([
    'claude-haiku-4-5',
    'anthropic/claude-haiku-4.5',
    'claude-haiku-4-5@20251001',
    'global.anthropic.claude-haiku-4-5-20251001-v1:0',
    'arn:aws:bedrock:us-east-1:012345678901:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'claude-4.5-haiku',
  ])('reads %s as one model', (id) => {
    expect(claudeModel(id)).toBe(claudeModel('claude-haiku-4-5-20251001'));
  });

  it.for([
    ['claude-opus-6', 'claude-opus-5-5'],
    ['global.anthropic.claude-opus-7-1-v1', 'claude-opus-5-5'],
    ['claude-sonnet-6-1', 'claude-sonnet-5-5'],
    ['claude-haiku-5', 'claude-haiku-5-5'],
    ['claude-fable-6', 'claude-fable-5-2'],
    ['claude-opus-40', 'claude-opus-5-5'],
  ] as const)('treats the unknown %s as %s, without limits', ([id, newest]) => {
    expect(claudeModel(id)?.quirks).toBe(claudeModel(newest)?.quirks);
    expect(claudeModel(id)?.capabilities).toEqual({});
    expect(claudeModel(id)?.maxPages).toBeUndefined();
  });

  it.for(['glm-5', 'claude', 'claude-instant-v1', 'anthropic.claude-v2:1', 'claude-toString-5'])(
    'returns undefined for %s',
    (id) => {
      expect(claudeModel(id)).toBeUndefined();
    },
  );

  it.for([
    ['claude-opus-5-5', 600],
    ['claude-haiku-4-5', 100],
  ] as const)('%s reads PDFs of %s pages', ([id, maxPages]) => {
    expect(claudeModel(id)).toMatchObject({ maxPages, readsPdf: true });
  });

  it('reads no PDFs with the first models of version 3', () => {
    expect(claudeModel('claude-3-haiku-20240307')?.readsPdf).toBe(false);
  });
});
