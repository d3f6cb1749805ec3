import type { Effort, Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { CLAUDE_QUIRKS, type ClaudeQuirks } from './quirks.ts';
import { isThinkingOn, toThinking, type Thinking, type ThinkingSituation } from './thinking.ts';

const FREE: ThinkingSituation = { maxTokens: 64_000, lacksThinking: false, forcesTool: false };
const BUDGET: Partial<ClaudeQuirks> = { thinking: 'budget', efforts: [] };
const enabled = (budget_tokens: number): Thinking => ({
  config: { type: 'enabled', budget_tokens },
  effort: undefined,
});
const NOTHING: Thinking = { config: undefined, effort: undefined };

const think = (
  reasoning: Effort | undefined,
  quirks: Partial<ClaudeQuirks>,
  situation: Partial<ThinkingSituation> = {},
) => {
  const warnings: Warning[] = [];
  const got = toThinking(reasoning, { ...CLAUDE_QUIRKS, ...quirks }, { ...FREE, ...situation }, warnings);
  return { got, warnings };
};

it.for([
  ['minimal', ['low', 'medium', 'high'], 'low'],
  ['xhigh', ['low', 'medium', 'high', 'max'], 'high'],
  ['max', ['low', 'medium', 'high', 'max'], 'max'],
  ['max', ['low', 'medium', 'high'], 'high'],
] as const)(
  'effort %s of a model with %j is sent as %s, with a warning if it differs',
  ([asked, efforts, sent]) => {
    const { got, warnings } = think(asked, { efforts });
    expect(got.effort).toBe(sent);
    const told = `reasoning "${asked}" to ${sent}`;
    expect(warnings.map(({ what }) => what)).toEqual(sent === asked ? [] : [told]);
  },
);

describe('toThinking', () => {
  it.for([
    ['says nothing when nothing is asked', undefined, {}, {}, NOTHING],
    ['asks adaptively, with the effort', 'high', {}, {}, { config: { type: 'adaptive' }, effort: 'high' }],
    [
      'asks for the text where it does not come by itself',
      'low',
      { thinkingText: 'on-request' },
      {},
      { config: { type: 'adaptive', display: 'summarized' }, effort: 'low' },
    ],
    ['gives a budget by effort', 'low', BUDGET, {}, enabled(2048)],
    ['gives the least budget', 'minimal', BUDGET, {}, enabled(1024)],
    ['gives as much as half of the answer', 'max', BUDGET, {}, enabled(32_000)],
    ['says the words of late models', 'xhigh', {}, {}, { config: { type: 'adaptive' }, effort: 'xhigh' }],
    ['gives a larger budget', 'high', BUDGET, {}, enabled(16_384)],
    ['spends at most half of the answer', 'high', BUDGET, { maxTokens: 6000 }, enabled(3000)],
    [
      'gives the whole budget where the platform chooses the length',
      'low',
      BUDGET,
      { maxTokens: undefined },
      enabled(2048),
    ],
    ['never goes below the least budget', 'medium', BUDGET, { maxTokens: 1500 }, enabled(1024)],
    [
      'sends budget and effort to a model that takes both',
      'medium',
      { thinking: 'budget' },
      {},
      { config: { type: 'enabled', budget_tokens: 8192 }, effort: 'medium' },
    ],
    [
      'thinks adaptively in a turn that began without thinking',
      'low',
      {},
      { lacksThinking: true },
      { config: { type: 'adaptive' }, effort: 'low' },
    ],
    ['switches off by silence', 'none', BUDGET, {}, NOTHING],
    [
      'switches off by word',
      'none',
      { thinkingOff: 'disabled' },
      {},
      { config: { type: 'disabled' }, effort: undefined },
    ],
    [
      'switches off as far as it goes',
      'none',
      { thinkingOff: 'between_tools' },
      {},
      { config: { type: 'between_tools' }, effort: undefined },
    ],
  ] as const)('%s', ([, reasoning, quirks, situation, expected]) => {
    const { got, warnings } = think(reasoning, quirks, situation);
    expect(got).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  it('thinks with a forced tool if the model accepts both', () => {
    const { got, warnings } = think('low', { forcedTools: 'always' }, { forcesTool: true });
    expect(got.config).toEqual({ type: 'adaptive' });
    expect(warnings).toEqual([]);
  });

  it.for([
    [
      'a model without reasoning',
      'low',
      { thinking: 'none', efforts: [] },
      {},
      NOTHING,
      'this model does not support reasoning',
    ],
    [
      'a turn that began without thinking',
      'low',
      BUDGET,
      { lacksThinking: true },
      NOTHING,
      'began without thinking',
    ],
    ['a forced tool', 'low', BUDGET, { forcesTool: true }, NOTHING, 'forced tool'],
    ['a forced tool beside adaptive thinking', 'low', {}, { forcesTool: true }, NOTHING, 'forced tool'],
    ['too short an answer', 'low', BUDGET, { maxTokens: 1024 }, NOTHING, '1024'],
    [
      'a model that always thinks',
      'none',
      { thinkingOff: 'never' },
      {},
      { config: undefined, effort: 'low' },
      'always thinks',
    ],
  ] as const)('warns if the reasoning differs: %s', ([, reasoning, quirks, situation, expected, why]) => {
    const { got, warnings } = think(reasoning, quirks, situation);
    expect(got).toEqual(expected);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.why).toContain(why);
  });
});

describe('isThinkingOn', () => {
  it.for([
    [undefined, {}, false],
    [undefined, { thinkingOff: 'disabled' }, true],
    [undefined, { thinkingOff: 'never' }, true],
    [undefined, BUDGET, false],
    [{ type: 'adaptive' }, {}, true],
    [{ type: 'enabled', budget_tokens: 1024 }, BUDGET, true],
    [{ type: 'disabled' }, { thinkingOff: 'disabled' }, false],
    [{ type: 'between_tools' }, { thinkingOff: 'between_tools' }, false],
  ] as const)('%j on a model with %j: %s', ([config, quirks, expected]) => {
    expect(isThinkingOn(config, { ...CLAUDE_QUIRKS, ...quirks })).toBe(expected);
  });
});
