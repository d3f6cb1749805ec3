import { expect, it } from 'vitest';
import { type ChatRequest, user } from '../index.ts';
import type { Capabilities } from '../types/provider.ts';
import { clampLimits } from './settings.ts';

const messages = [user('hi')];

it.each<[string, Partial<ChatRequest>, Capabilities]>([
  ['at the model’s limit', { maxTokens: 50 }, { maxOutputTokens: 50 }],
  ['without a known limit', { maxTokens: 5000 }, {}],
  ['that the caller does not set', {}, { maxOutputTokens: 50, reasoning: false }],
  ['of a model that may reason', { reasoning: 'high' }, {}],
  ['of a model that reasons', { reasoning: 'high' }, { reasoning: true }],
  ['that disable reasoning for a model without reasoning', { reasoning: 'none' }, { reasoning: false }],
])('does not change limits %s', (_, { maxTokens, reasoning }, capabilities) => {
  expect(clampLimits({ messages, maxTokens, reasoning }, capabilities)).toEqual({
    limits: { maxTokens, reasoning },
    warnings: [],
  });
});

it('reduces maxTokens and drops reasoning, with warnings', () => {
  const request = { messages, maxTokens: 51, reasoning: 'low' } as const;
  expect(clampLimits(request, { maxOutputTokens: 50, reasoning: false })).toEqual({
    limits: { maxTokens: 50, reasoning: undefined },
    warnings: [
      { action: 'coerced', what: 'maxTokens', why: "51 is above the model's 50" },
      { action: 'dropped', what: 'reasoning', why: 'the model does not reason' },
    ],
  });
});
