import { LlmError, assistant, user, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { ErrorContext } from '@majordomo/wire-kit';
import { httpError, inBandError, toLlmError } from './errors.ts';

const facts: ErrorContext = { target: 'cloudflare/m', secrets: ['token-1234567890'] };
const coded = (code: number, message: string) => ({ success: false, errors: [{ code, message }] });
const over = (status: number, body: unknown, around = facts): LlmError => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return httpError(text, { status, headers: new Headers({ 'cf-ray': 'ray-1' }) }, around);
};
const thrown = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe('an error over REST', () => {
  it.each([
    [400, coded(5006, 'AiError: AiError: Bad input: required properties'), 'invalid-request'],
    [400, coded(5007, 'No such model @cf/x'), 'not-found'],
    [400, coded(5021, 'This model has a context window limit of 8000 tokens'), 'context-overflow'],
    [400, coded(5024, "JSON Mode couldn't be met"), 'invalid-output'],
    [
      400,
      { error: 'the estimated number of tokens exceeded this model context window limit' },
      'context-overflow',
    ],
    [401, coded(10_000, 'Authentication error'), 'auth'],
    [403, coded(3041, 'Access denied'), 'auth'],
    [404, coded(7003, 'No route for that URI'), 'not-found'],
    [408, coded(3007, 'Timeout'), 'timeout'],
    [413, coded(3006, 'Request is too large'), 'unsupported'],
    [429, coded(3036, 'you have used up your daily free allocation of 10,000 neurons'), 'quota'],
    [429, coded(3040, 'Capacity temporarily exceeded, please try again.'), 'overloaded'],
    [429, coded(971, 'You are being throttled'), 'rate-limit'],
    [500, coded(3043, 'Internal server error'), 'server'],
    [500, { errors: [{ code: 'constructor', message: 'no' }] }, 'server'],
    [502, '<html>No such model of a gateway: Bad input</html>', 'server'],
  ])('%i %j is %s', (status, body, kind) => {
    expect(over(status, body)).toMatchObject({
      kind,
      details: { status, target: 'cloudflare/m', requestId: 'ray-1' },
    });
  });

  it('shows no token', () => {
    const error = over(401, coded(10_000, 'Bad token token-1234567890'));
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

  it('of another name is of the transport, and an LlmError is unchanged', () => {
    expect(toLlmError(new TypeError('fetch facts'), facts).kind).toBe('network');
    const own = new LlmError('truncated', 'x');
    expect(toLlmError(own, facts)).toBe(own);
  });
});

describe('an error inside a 200', () => {
  it.each([
    [{ error: 'Capacity temporarily exceeded' }, 'overloaded'],
    [{ error: { code: 429, message: 'slow down' } }, 'rate-limit'],
    [{ type: 'error', error: { message: 'Too many requests' } }, 'rate-limit'],
    [coded(3043, 'Internal server error'), 'server'],
  ])('%j is %s', (body, kind) => {
    expect(inBandError(body, facts).kind).toBe(kind);
  });
});

describe('thoughts of earlier turns', () => {
  const replay = { family: 'f', data: null };
  const thoughts = assistant([
    { type: 'reasoning', text: 'Hm.', replay },
    { type: 'text', text: 'ok' },
  ]);
  const request = (turn: ModelRequest['messages'][number]): ModelRequest => ({
    messages: [user('hi'), turn, user('more')],
    tools: [],
    output: undefined,
    extra: {},
  });
  const refused = (around: ModelRequest): LlmError =>
    over(400, coded(5006, 'AiError: Bad input: reasoning_content'), { ...facts, request: around });

  it('that a model rejects are removed, also in later calls', () => {
    const around = request(thoughts);
    const { recover } = refused(around).details;
    expect(recover).toMatchObject({ id: 'reasoning', remember: true });
    expect(recover?.apply(around)).toEqual(request(assistant('ok')));
  });

  it('are no recovery for other errors', () => {
    expect(refused(request(assistant('ok'))).details.recover).toBeUndefined();
    const other = over(400, coded(5007, 'No such model'), { ...facts, request: request(thoughts) });
    expect(other.details.recover).toBeUndefined();
  });
});
