import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../types/llm-error.ts';
import { kindOf, kindOfStatus, type WireFailure } from './error-kind.ts';
import { decisionFor, ERROR_POLICY } from './policy.ts';
import { redact } from './redact.ts';

describe('the kind of a failure', () => {
  it.each<[number, ErrorKind]>([
    [400, 'invalid-request'],
    [401, 'auth'],
    [402, 'billing'],
    [403, 'auth'],
    [404, 'not-found'],
    [405, 'invalid-request'],
    [408, 'timeout'],
    [409, 'invalid-request'],
    [413, 'unsupported'],
    [415, 'invalid-request'],
    [422, 'invalid-request'],
    [429, 'rate-limit'],
    [500, 'server'],
    [502, 'server'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [520, 'server'],
    [529, 'overloaded'],
    [302, 'server'],
  ])('of status %i is %s', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  });

  it.each<[WireFailure, ErrorKind]>([
    [{ status: 429, code: 'insufficient_quota' }, 'quota'],
    [{ status: 429, message: 'Rate limit: 30000 input tokens per minute, prompt is too long' }, 'rate-limit'],
    [{ status: 429, type: 'rate_limit_error', message: 'maximum context length' }, 'rate-limit'],
    [{ status: 400, message: "Unsupported parameter: 'max_tokens' is not supported" }, 'invalid-request'],
    [{ status: 400, message: 'Organization has been restricted. Please reach out to support' }, 'auth'],
    [{ status: 400, message: 'Your organization has been suspended.' }, 'auth'],
    [{ status: 400, message: 'This workspace has been disabled.' }, 'auth'],
    [{ message: 'The project proj_1 has been archived.' }, 'auth'],
    [{ status: 400, message: 'Your account org-1 is suspended, check your billing details' }, 'billing'],
    [{ status: 400, message: 'tools[0]: the organization must not be disabled here' }, 'invalid-request'],
    [{ status: 400, message: 'prompt is too long: 200001 tokens > 200000 maximum' }, 'context-overflow'],
    [{ status: 400, message: "This model's maximum context length is 8192 tokens." }, 'context-overflow'],
    [
      { status: 400, message: 'request (2009 tokens) exceeds the available context size (512 tokens)' },
      'context-overflow',
    ],
    [
      {
        status: 400,
        message: 'The input token count (1250074) exceeds the maximum number of tokens allowed',
      },
      'context-overflow',
    ],
    [{ status: 400, message: 'Number of input tokens exceeds maximum length.' }, 'context-overflow'],
    [{ status: 400, message: 'too many tokens: size limit exceeded by 25836 tokens.' }, 'context-overflow'],
    [{ status: 400, type: 'too_many_prompt_tokens' }, 'context-overflow'],
    [{ status: 400, code: 'context_length_exceeded' }, 'context-overflow'],
    [{ status: 400, code: 'model_not_found' }, 'not-found'],
    [{ status: 400, code: 'content_filter' }, 'content-filter'],
    [{ status: 400, code: 'moderation_blocked', type: 'image_generation_user_error' }, 'content-filter'],
    [{ status: 401, type: 'api_error' }, 'auth'],
    [{ status: 403, message: 'Key limit exceeded (monthly limit)' }, 'billing'],
    [{ status: 403, message: 'Forbidden' }, 'auth'],
    [{ status: 400, message: 'Your credit balance is too low' }, 'invalid-request'],
    [{ status: 500, type: 'server_error' }, 'server'],
    [{ status: 400, type: 'server_error' }, 'invalid-request'],
    [{ code: 'rate_limit_exceeded' }, 'rate-limit'],
    [{ type: 'overloaded_error' }, 'overloaded'],
    [{ code: '400', message: 'Token limit' }, 'invalid-request'],
    [{ code: '502' }, 'server'],
    [{}, 'server'],
    [{ status: 400, code: 'constructor' }, 'invalid-request'],
  ])('of %o is %s', (failure, kind) => {
    expect(kindOf(failure)).toBe(kind);
  });
});

describe('the policy', () => {
  it('counts an unknown kind as server and applies overrides', () => {
    expect(decisionFor('brand-new' as ErrorKind, undefined)).toEqual(ERROR_POLICY.server);
    expect(decisionFor('auth', { auth: { advance: true } })).toEqual({
      retry: false,
      advance: true,
      bench: false,
    });
    expect(decisionFor('server', { server: { retry: undefined } } as never)).toEqual(ERROR_POLICY.server);
  });
});

describe('redaction', () => {
  it.each([
    ['Incorrect API key provided: sk-proj-abcdefghijklmnop1234', 'Incorrect API key provided: ***'],
    ['Authorization: Bearer abcdefgh12345678', 'Authorization: Bearer ***'],
    ['authorization: Basic dXNlcjpwYXNz', 'authorization: Basic ***'],
    ['x-api-key: abcdef123456', 'x-api-key: ***'],
    ['foreman://secret@host/v1', 'foreman://***@host/v1'],
    ['key AIzaSyA1234567890123456789012345678901234', 'key ***'],
    ['AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE', '*** and ***'],
    ['MAX_TOKENS=4096', 'MAX_TOKENS=4096'],
    ['mask me: hunter22', 'mask me: ***'],
  ])('of "%s"', (text, clean) => {
    expect(redact(text, ['hunter22', undefined])).toBe(clean);
    expect(redact(clean, ['hunter22'])).toBe(clean);
  });
});
