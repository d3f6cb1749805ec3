import { describe, expect, it } from 'vitest';
import { factsOf } from './models.ts';
import { MESSAGES_QUIRKS, type Quirks } from './quirks.ts';

const quirksOf = (id: string): Quirks => ({ ...MESSAGES_QUIRKS, ...factsOf(id).quirks });

describe('factsOf', () => {
  it.for([
    // id, most output, thinking, off, sampling, forced tools, output, prefill
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
    ['claude-sonnet-4-6', 64_000, 'adaptive', 'omit', 'one', 'without-thinking', 'native', false],
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
    expect(factsOf(id).capabilities).toMatchObject({ maxOutputTokens: most, output, prefill, tools: true });
  });

  it('sends effort only where it is taken', () => {
    const taken = ['claude-opus-4-5', 'claude-sonnet-4-6', 'claude-opus-5-5', 'claude-sonnet-7'];
    const refused = ['claude-sonnet-4-5', 'claude-haiku-4-5', 'claude-opus-4-1', 'claude-3-7-sonnet-latest'];
    expect(taken.map((id) => quirksOf(id).effort)).toEqual(taken.map(() => true));
    expect(refused.map((id) => quirksOf(id).effort)).toEqual(refused.map(() => false));
  });

  it('claims no limits for a model that it does not know', () => {
    expect(factsOf('glm-5')).toEqual({ capabilities: {}, quirks: {} });
    expect(factsOf('claude-opus-6').capabilities).toEqual({});
    expect(quirksOf('claude-opus-6')).toMatchObject({ thinking: 'adaptive', sampling: 'none' });
  });

  it("states the wire's image limits", () => {
    expect(factsOf('claude-opus-5-5').capabilities.images).toMatchObject({
      maxBytes: 5_242_880,
      maxEdge: 8000,
      maxCount: 600,
      rules: [{ whenCountAbove: 20, maxEdge: 2000 }],
    });
    expect(factsOf('claude-haiku-4-5').capabilities.images).toMatchObject({ maxCount: 100 });
  });
});
