import { LlmError, assistant, user, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { ErrorContext } from '@majordomo/wire-kit';
import { httpError, inBandError, toLlmError } from './errors.ts';

const facts: ErrorContext = { target: 'cloudflare/m', secrets: ['token-1234567890'] };
const errorBody = (code: number, message: string) => ({ success: false, errors: [{ code, message }] });
const restError = (status: number, body: unknown, context = facts): LlmError => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return httpError(text, { status, headers: new Headers({ 'cf-ray': 'ray-1' }) }, context);
};
const thrown = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe('an error over REST', () => {
  it.each([
    [400, errorBody(5006, 'AiError: AiError: Bad input: required properties'), 'invalid-request'],
    [400, errorBody(5007, 'No such model @cf/x'), 'not-found'],
    [400, errorBody(5021, 'This model has a context window limit of 8000 tokens'), 'context-overflow'],
    [400, errorBody(5024, "JSON Mode couldn't be met"), 'invalid-output'],
    [
      400,
      { error: 'the estimated number of tokens exceeded this model context window limit' },
      'context-overflow',
    ],
    [401, errorBody(10_000, 'Authentication error'), 'auth'],
    [403, errorBody(3041, 'Access denied'), 'auth'],
    [404, errorBody(7003, 'No route for that URI'), 'not-found'],
    [408, errorBody(3007, 'Timeout'), 'timeout'],
    [413, errorBody(3006, 'Request is too large'), 'unsupported'],
    [429, errorBody(3036, 'you have used up your daily free allocation of 10,000 neurons'), 'quota'],
    [429, errorBody(3040, 'Capacity temporarily exceeded, please try again.'), 'overloaded'],
    [429, errorBody(971, 'You are being throttled'), 'rate-limit'],
    [500, errorBody(3043, 'Internal server error'), 'server'],
    [500, { errors: [{ code: 'constructor', message: 'no' }] }, 'server'],
    [502, '<html>No such model of a gateway: Bad input</html>', 'server'],
  ])('with status %i and body %j is %s', (status, body, kind) => {
    expect(restError(status, body)).toMatchObject({
      kind,
      details: { status, target: 'cloudflare/m', requestId: 'ray-1' },
    });
  });

  it('hides the token', () => {
    const error = restError(401, errorBody(10_000, 'Bad token token-1234567890'));
    expect(JSON.stringify(error) + error.message).not.toContain('token-1234567890');
  });
});

describe('an error of the binding', () => {
  it.each([
    ['AiError', 'AiError: AiError: Bad input: Error: oneOf at "/" not met', 'invalid-request', undefined],
    ['Error', '5007: No such model @cf/x or task', 'not-found', '5007'],
    [
      'InferenceUpstreamError',
      '3040: Capacity temporarily exceeded, please try again.',
      'overloaded',
      '3040',
    ],
    ['AiError', '3036: you have used up your daily free allocation', 'quota', '3036'],
    ['AiGatewayError', '2021: rate limited by the gateway', 'rate-limit', '2021'],
    ['AiError', '3043: Internal server error', 'server', '3043'],
  ])('%s "%s" is %s', (name, message, kind, code) => {
    const cause = thrown(name, message);
    const error = toLlmError(cause, facts);
    expect(error).toMatchObject({ kind, details: { code, target: 'cloudflare/m' } });
    expect(error.cause).toBe(cause);
    expect(error.message).toContain(message);
  });

  it('with an unknown name is classified as a transport error; an LlmError is unchanged', () => {
    expect(toLlmError(new TypeError('fetch facts'), facts).kind).toBe('network');
    const llmError = new LlmError('truncated', 'x');
    expect(toLlmError(llmError, facts)).toBe(llmError);
  });
});

describe('an error inside a 200', () => {
  it.each([
    [{ error: 'Capacity temporarily exceeded' }, 'overloaded'],
    [{ error: { code: 429, message: 'slow down' } }, 'rate-limit'],
    [{ type: 'error', error: { message: 'Too many requests' } }, 'rate-limit'],
    [errorBody(3043, 'Internal server error'), 'server'],
  ])('%j is %s', (body, kind) => {
    expect(inBandError(body, facts).kind).toBe(kind);
  });
});

describe('reasoning of earlier turns', () => {
  const replay = { family: 'f', data: null };
  const reasoningTurn = assistant([
    { type: 'reasoning', text: 'Hm.', replay },
    { type: 'text', text: 'ok' },
  ]);
  const request = (turn: ModelRequest['messages'][number]): ModelRequest => ({
    messages: [user('hi'), turn, user('more')],
    tools: [],
    output: undefined,
    extra: {},
  });
  const rejection = (chatRequest: ModelRequest): LlmError =>
    restError(400, errorBody(5006, 'AiError: Bad input: reasoning_content'), {
      ...facts,
      request: chatRequest,
    });

  it('is removed if a model rejects it, also in later calls', () => {
    const chatRequest = request(reasoningTurn);
    const { recover } = rejection(chatRequest).details;
    expect(recover).toMatchObject({ id: 'reasoning', remember: true });
    expect(recover?.apply(chatRequest)).toEqual(request(assistant('ok')));
  });

  it('is not removed after other errors', () => {
    expect(rejection(request(assistant('ok'))).details.recover).toBeUndefined();
    const other = restError(400, errorBody(5007, 'No such model'), {
      ...facts,
      request: request(reasoningTurn),
    });
    expect(other.details.recover).toBeUndefined();
  });
});
