import { assistant, user } from '@majordomo/core';
import type { AssistantPart, ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { recoveryFor } from '@majordomo/wire-kit/internal';
import { claudeRecoveries } from './recovery.ts';

const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const thought: AssistantPart = {
  type: 'reasoning',
  text: 't',
  replay: { family: 'claude', data: { signature: 's' } },
};
const answer: AssistantPart = { type: 'text', text: 'b' };
const RULES = claudeRecoveries((effort, extra) => ({
  thinking: { type: 'adaptive' },
  output_config: { effort },
  ...extra,
}));
const ask = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [user('a'), assistant([thought, answer]), user('c')],
  tools: [],
  output: undefined,
  extra: {},
  ...more,
});
const unthought = { messages: [user('a'), assistant([answer]), user('c')] };

describe('recoveryFor', () => {
  it.each([
    'messages.1.content.0: Invalid `signature` in `thinking` block',
    'Invalid `signature` in `thinking` block. The block is bound to a different conversation.',
    'messages.1.content.2: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.',
    'messages.1.content.0.thinking.signature: Field required',
  ])('%s: removes the thinking blocks', (message) => {
    const recovery = recoveryFor(message, ask(), RULES);
    expect(recovery?.id).toBe('thinking-blocks');
    expect(recovery?.apply(ask())).toEqual(ask(unthought));
  });

  it.for([
    [
      'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block',
      { reasoning: 'low' },
      { reasoning: undefined },
      'thinking-off',
    ],
    [
      'Thinking may not be enabled when tool_choice forces tool use.',
      { reasoning: 'low', toolChoice: 'required' },
      { reasoning: undefined },
      'thinking-off',
    ],
    [
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
      { reasoning: 'high' },
      { reasoning: undefined, extra: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } } },
      'thinking-adaptive',
    ],
    [
      'adaptive thinking is not supported on this model',
      { reasoning: 'high' },
      { reasoning: undefined },
      'reasoning high',
    ],
    [
      "This model does not support effort level 'low'. Supported levels: high.",
      { reasoning: 'low' },
      { reasoning: undefined },
      'reasoning low',
    ],
    [
      '"thinking.type.disabled" is not supported for this model.',
      { reasoning: 'none' },
      { reasoning: undefined },
      'reasoning none',
    ],
    [
      '`temperature` is deprecated for this model.',
      { temperature: 0.5 },
      { temperature: undefined },
      'temperature',
    ],
    [
      'temperature: Extra inputs are not permitted',
      { temperature: 1 },
      { temperature: undefined },
      'temperature',
    ],
    [
      '`temperature` and `top_p` cannot both be specified for this model.',
      { temperature: 0.5, topP: 0.5 },
      { topP: undefined },
      'top-p-with-temperature',
    ],
    [
      "tool_choice: type 'any' is not supported for this model",
      { toolChoice: 'required' },
      { toolChoice: 'auto' },
      'tool-choice required',
    ],
    [
      'tool_choice.type: forced tool use is not available',
      { toolChoice: { name: 'x' } },
      { toolChoice: 'auto' },
      'tool-choice name',
    ],
    [
      'system.0.cache_control.ttl: Extra inputs are not permitted',
      { cache: LONG_CACHE },
      { cache: undefined },
      'cache long',
    ],
    [
      'max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for claude-3-opus',
      {},
      { maxTokens: 4096 },
      'max-tokens',
    ],
    [
      'The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.',
      { maxTokens: 7168 },
      { maxTokens: 4096 },
      'max-tokens',
    ],
    [
      "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
      { toolChoice: 'required' },
      { toolChoice: 'auto' },
      'tool-choice required',
    ],
    [
      'You invoked an unsupported model or your request did not allow prompt caching.',
      { cache: SHORT_CACHE },
      { cache: undefined },
      'cache short',
    ],
    [
      'input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000, decrease input length',
      { maxTokens: 64_000 },
      { maxTokens: 10_000 },
      'context-room',
    ],
  ] as const)('%s', ([said, more, changed, id]) => {
    const sentRequest = ask(more);
    const recovery = recoveryFor(said, sentRequest, RULES);
    expect(recovery?.id).toBe(id);
    expect(recovery?.apply(sentRequest)).toEqual({ ...sentRequest, ...changed });
  });

  it.for([
    ['messages.1.content.0: Invalid `signature` in `thinking` block', unthought],
    ['`temperature` is deprecated for this model.', {}],
    ['adaptive thinking is not supported on this model', {}],
    ["tool_choice: type 'any' is not supported", { toolChoice: 'auto' }],
    ['cache_control: no', { cache: undefined }],
    ['max_tokens: 8192 > 4096, which is the maximum', { maxTokens: 10 }],
    ['input length and `max_tokens` exceed context limit: 210000 + 64000 > 200000', { maxTokens: 64_000 }],
    ['tools.0.custom.input_schema: Input does not match the expected shape.', {}],
    ['prompt is too long: 205000 tokens > 200000 maximum', {}],
  ] as const)('returns undefined for %s', ([said, more]) => {
    expect(recoveryFor(said, ask(more), RULES)).toBeUndefined();
  });

  it.each<[string, Partial<ModelRequest>, Partial<ModelRequest>]>([
    ["This model does not support effort level 'low'.", { reasoning: 'low' }, { reasoning: 'high' }],
    ['"thinking.type.disabled" is not supported.', { reasoning: 'none' }, { reasoning: 'low' }],
    [
      '`temperature` and `top_p` cannot both be specified for this model.',
      { temperature: 0.5, topP: 0.5 },
      { topP: 0.5 },
    ],
    [
      '`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.',
      { temperature: 0.5 },
      { temperature: 0.5, reasoning: 'none' },
    ],
    [
      '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.',
      { topP: 0.5 },
      { topP: 0.5, reasoning: 'none' },
    ],
    [
      '`top_k` must be unset when thinking is enabled.',
      { topK: 5, reasoning: 'high' },
      { topK: 5, reasoning: 'none' },
    ],
    [
      "This model doesn't support the toolConfig.toolChoice.tool field.",
      { toolChoice: { name: 'x' } },
      { toolChoice: 'required' },
    ],
  ])('%s is remembered for the same settings only', (message, rejected, accepted) => {
    const recovery = recoveryFor(message, ask(rejected), RULES);
    expect(recovery?.remember).toBe(true);
    expect([recovery?.isNeededFor?.(ask(rejected)), recovery?.isNeededFor?.(ask(accepted))]).toEqual([
      true,
      false,
    ]);
  });

  it('remembers a rejected lifetime of the cache, but no value outside of a range', () => {
    const ttl = 'system.0.cache_control.ttl: Extra inputs are not permitted';
    const ofCache = recoveryFor(ttl, ask({ cache: LONG_CACHE }), RULES);
    const isNeededFor = (cache: typeof LONG_CACHE | typeof SHORT_CACHE) =>
      ofCache?.isNeededFor?.(ask({ cache }));
    expect([isNeededFor(LONG_CACHE), isNeededFor(SHORT_CACHE)]).toEqual([true, false]);
    const ofValue = recoveryFor(
      'top_k: Input should be less than or equal to 500',
      ask({ topK: 900 }),
      RULES,
    );
    expect([ofValue?.what, ofValue?.remember]).toEqual(['topK dropped', undefined]);
  });

  it.each([
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
    "messages.0.content.0.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.",
  ])('%s: cache markers of extra do not end the cache of later calls', (message) => {
    const recovery = recoveryFor(message, ask({ cache: LONG_CACHE }), RULES);
    expect(recovery?.apply(ask({ cache: LONG_CACHE })).cache).toBeUndefined();
    expect(recovery?.remember).toBeUndefined();
  });

  it('does not change the rejected request', () => {
    const sentRequest = Object.freeze(ask({ temperature: 1 }));
    const before = JSON.stringify(sentRequest);
    recoveryFor('thinking signature', sentRequest, RULES)?.apply(sentRequest);
    recoveryFor('temperature', sentRequest, RULES)?.apply(sentRequest);
    expect(JSON.stringify(sentRequest)).toBe(before);
  });
});
