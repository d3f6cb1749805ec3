import { LlmError, type AttemptInfo, type ChatResponse } from '@majordomo/core';
import { expect, it } from 'vitest';
import {
  answerAttributes,
  endAttributes,
  identityAttributes,
  requestAttributes,
} from './request-attributes.ts';

const error = new LlmError('rate-limit', 'too many requests', { status: 429 });

it.each([
  ['has the status of its response if it failed', 'failed', 429],
  ['has no status if it was skipped, because no request was sent', 'skipped', undefined],
] as const)('an attempt %s', (_, outcome, status) => {
  const attributes = endAttributes({ target: 'a/x', outcome, error, usage: undefined, ms: 0 });
  expect(attributes).toMatchObject({ 'majordomo.outcome': outcome });
  expect(attributes['http.response.status_code']).toBe(status);
});

it.each([
  ['the value of the vendor', { finish: 'tool-calls', rawFinish: 'tool_use' }, 'tool_use'],
  ['the value of the conventions otherwise', { finish: 'tool-calls', rawFinish: undefined }, 'tool_call'],
  ['a value without hyphens', { finish: 'content-filter', rawFinish: undefined }, 'content_filter'],
  ['a value that both have', { finish: 'stop', rawFinish: undefined }, 'stop'],
] as const)('the finish reason is %s', (_, response, reason) => {
  const attributes = answerAttributes(response as ChatResponse);
  expect(attributes['gen_ai.response.finish_reasons']).toEqual([reason]);
});

it('a classification has the number of its questions and its sources, without its input', () => {
  const questions = { refund: { type: 'predicate', instructions: 'secret' } } as const;
  const attempt = {
    operation: 'classification',
    request: { messages: [], tools: [], system: undefined, output: undefined, extra: {} },
    payload: { input: 'secret', questions, bases: ['vendor'] },
  } as unknown as AttemptInfo;
  expect(identityAttributes({ ...attempt, target: 'a/x' })).toMatchObject({
    'gen_ai.operation.name': 'classification',
  });
  const attributes = requestAttributes(attempt);
  expect(attributes).toMatchObject({
    'majordomo.classification.questions': 1,
    'majordomo.classification.bases': ['vendor'],
  });
  expect(JSON.stringify(attributes)).not.toContain('secret');
});
