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
    const description = `reasoning "${asked}" to ${sent}`;
    expect(warnings.map(({ what }) => what)).toEqual(sent === asked ? [] : [description]);
  },
);

describe('toThinking', () => {
  it.for([
    ['sends nothing without an effort', undefined, {}, {}, NOTHING],
    [
      'sends adaptive thinking with the effort',
      'xhigh',
      {},
      {},
      { config: { type: 'adaptive' }, effort: 'xhigh' },
    ],
    [
      'requests the text if the API does not send it by default',
      'low',
      { thinkingText: 'on-request' },
      {},
      { config: { type: 'adaptive', display: 'summarized' }, effort: 'low' },
    ],
    ['sends a budget by effort', 'low', BUDGET, {}, enabled(2048)],
    ['sends the minimum budget', 'minimal', BUDGET, {}, enabled(1024)],
    ['sends at most half of the response as the budget', 'max', BUDGET, {}, enabled(32_000)],
    ['sends a larger budget', 'high', BUDGET, {}, enabled(16_384)],
    ['limits the budget to half of the response', 'high', BUDGET, { maxTokens: 6000 }, enabled(3000)],
    [
      'sends the complete budget if the platform chooses the length',
      'low',
      BUDGET,
      { maxTokens: undefined },
      enabled(2048),
    ],
    ['sends at least the minimum budget', 'medium', BUDGET, { maxTokens: 1500 }, enabled(1024)],
    [
      'sends budget and effort to a model that accepts both',
      'medium',
      { thinking: 'budget' },
      {},
      { config: { type: 'enabled', budget_tokens: 8192 }, effort: 'medium' },
    ],
    [
      'sends adaptive thinking in a turn that began without thinking',
      'low',
      {},
      { lacksThinking: true },
      { config: { type: 'adaptive' }, effort: 'low' },
    ],
    ['disables thinking by omission', 'none', BUDGET, {}, NOTHING],
    [
      'disables thinking by a value',
      'none',
      { thinkingOff: 'disabled' },
      {},
      { config: { type: 'disabled' }, effort: undefined },
    ],
    [
      'sends the lowest setting if thinking cannot be disabled',
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

  it('sends thinking with a forced tool if the model accepts both', () => {
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
    ['a forced tool with adaptive thinking', 'low', {}, { forcesTool: true }, NOTHING, 'forced tool'],
    ['a response that is too short', 'low', BUDGET, { maxTokens: 1024 }, NOTHING, '1024'],
    [
      'a model that always reasons',
      'none',
      { thinkingOff: 'never' },
      {},
      { config: undefined, effort: 'low' },
      'always reasons',
    ],
  ] as const)('warns if the reasoning differs: %s', ([, reasoning, quirks, situation, expected, why]) => {
    const { got, warnings } = think(reasoning, quirks, situation);
    expect(got).toEqual(expected);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.why).toContain(why);
  });
});

describe('reasoning "none" on a model that always reasons', () => {
  it.for([
    [['low', 'high'], 'low', 'coerced', 'reasoning to low'],
    [['high', 'medium'], 'medium', 'coerced', 'reasoning to medium'],
    [[], undefined, 'dropped', 'reasoning "none"'],
  ] as const)('with the efforts %j sends %s', ([efforts, effort, action, what]) => {
    const { got, warnings } = think('none', { thinkingOff: 'never', efforts }, {});
    expect(got).toEqual({ config: undefined, effort });
    expect(warnings).toEqual([{ action, what, why: 'this model always reasons' }]);
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
