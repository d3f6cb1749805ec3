import type { ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { httpError, responseError } from './errors.ts';

const request: ModelRequest = { messages: [], tools: [], output: undefined, extra: {}, reasoning: 'low' };
const failed = { target: 'ollama/m', secrets: ['sk-1234567890'], request };
const errorOf = (status: number, body: unknown) =>
  httpError(
    typeof body === 'string' ? body : JSON.stringify(body),
    { status, headers: new Headers() },
    failed,
  );

describe('a rejection', () => {
  it.each([
    [400, { error: 'prompt too long; exceeded max context length by 5 tokens' }, 'context-overflow'],
    [400, { error: 'registry.ollama.ai/library/m does not support tools' }, 'unsupported'],
    [400, { error: '"m" does not support chat' }, 'unsupported'],
    [400, { error: 'this model is missing data required for image input' }, 'unsupported'],
    [400, { error: 'model is required' }, 'invalid-request'],
    [401, { error: 'unauthorized' }, 'auth'],
    [
      403,
      { error: 'this model requires a subscription, upgrade for access: https://ollama.com/upgrade' },
      'billing',
    ],
    [404, { error: "model 'x' not found" }, 'not-found'],
    [404, { error: 'model "x" not found, try pulling it first' }, 'not-found'],
    [429, { error: "you've reached your hourly usage limit, please wait or upgrade to continue" }, 'quota'],
    [429, { error: 'you (u) have reached your session usage limit, upgrade for higher limits' }, 'quota'],
    [429, { error: 'too many concurrent requests' }, 'rate-limit'],
    [500, { error: 'model requires more system memory (9 GiB) than is available (8 GiB)' }, 'server'],
    [500, { error: 'session usage limit of the runner' }, 'server'],
    [503, { error: 'server busy, please try again.  maximum pending requests exceeded' }, 'overloaded'],
    [502, '<html><h1>502 Bad Gateway</h1></html>', 'server'],
    [429, { error: { message: 'slow down', type: 'api_error' } }, 'rate-limit'],
  ])('%i %j is %s', (status, body, kind) => {
    expect(errorOf(status, body)).toMatchObject({ kind, details: { status, target: 'ollama/m' } });
  });

  it.each([
    ['Service is experiencing high demand', 'overloaded'],
    ['you have reached your weekly usage limit', 'quota'],
    ['unauthorized', 'auth'],
    ["model 'x' not found", 'not-found'],
    ['an error was encountered while running the model', 'server'],
  ])('inside a stream: %j is %s', (error, kind) => {
    expect(responseError({ error }, failed)).toMatchObject({ kind, details: { status: undefined } });
  });

  it('hides secrets and reads the id in the text', () => {
    const error = errorOf(401, { error: 'bad key sk-1234567890 (ref: 9616-45)' });
    expect(JSON.stringify(error) + error.message).not.toContain('sk-1234567890');
    expect(error.details.requestId).toBe('9616-45');
  });

  it('of thinking is recovered without thinking', () => {
    const { recover } = errorOf(400, { error: '"m" does not support thinking' }).details;
    expect(recover?.apply(request).reasoning).toBeUndefined();
    expect(recover).toMatchObject({ id: 'reasoning', remember: true });
    const isNeededFor = (...efforts: ModelRequest['reasoning'][]) =>
      efforts.map((reasoning) => recover?.isNeededFor?.({ ...request, reasoning }));
    expect(isNeededFor('low', 'high', undefined)).toEqual([true, true, false]);
    expect(errorOf(400, { error: 'model is required' }).details.recover).toBeUndefined();
  });

  it('of a value of thinking is recovered without thinking for this value', () => {
    const { recover } = errorOf(400, { error: 'think value "low" is not supported for this model' }).details;
    expect(recover?.isNeededFor?.(request)).toBe(true);
    expect(recover?.isNeededFor?.({ ...request, reasoning: 'high' })).toBe(false);
  });
});
