import { describe, expect, it } from 'vitest';
import { assistant, toolResult, user, type JsonObject, type ModelRequest } from '@majordomo/core';
import { inBandError, toLlmError, type GeminiErrorContext } from './errors.ts';

const REQUEST: ModelRequest = {
  messages: [
    user('a'),
    assistant([
      { type: 'tool-call', id: 'x', name: 'f', args: {}, replay: { family: 'gemini/3-pro', data: 'sig' } },
    ]),
  ],
  tools: [{ name: 'f', description: '', parameters: { type: 'object' } }],
  output: { name: 'answer', schema: { type: 'object' } },
  reasoning: 'high',
  extra: {},
};
const FACTS: GeminiErrorContext = { target: 'google/m', request: REQUEST, secrets: ['AIzaSECRETSECRET'] };

/** Error of @google/genai 3.1. */
function apiError(status: number, body: unknown): Error {
  const message = typeof body === 'string' ? body : JSON.stringify(body);
  return Object.assign(new Error(message), { name: 'ApiError', status });
}
const errorBody = (code: number, message: string, details: readonly object[] = []): unknown => ({
  error: { code, message, status: 'X', details },
});
const info = (reason: string): object => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });

describe('toLlmError', () => {
  it.each([
    [
      400,
      errorBody(400, 'API key not valid. Please pass a valid API key.', [info('API_KEY_INVALID')]),
      'auth',
      'API_KEY_INVALID',
    ],
    [
      400,
      errorBody(
        400,
        'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).',
      ),
      'context-overflow',
      'X',
    ],
    [400, errorBody(400, 'Invalid value at contents.'), 'invalid-request', 'X'],
    [400, errorBody(400, 'User location is not supported for the API use.'), 'auth', 'X'],
    [
      400,
      errorBody(
        400,
        'The free tier is not available in your country. Please enable billing on your project.',
      ),
      'billing',
      'X',
    ],
    [
      400,
      errorBody(400, 'The document has 1200 pages, which exceeds the supported page limit of 1000.'),
      'unsupported',
      'X',
    ],
    [401, errorBody(401, 'Request had invalid authentication credentials.'), 'auth', 'X'],
    [
      403,
      errorBody(403, 'API has not been used in project', [info('SERVICE_DISABLED')]),
      'auth',
      'SERVICE_DISABLED',
    ],
    [403, errorBody(403, 'Billing is off.', [info('BILLING_DISABLED')]), 'billing', 'BILLING_DISABLED'],
    [404, errorBody(404, 'models/x is not found'), 'not-found', 'X'],
    [404, errorBody(404, 'models/x is not found', [info('constructor')]), 'not-found', 'constructor'],
    [
      429,
      errorBody(429, 'Quota exceeded', [info('RATE_LIMIT_EXCEEDED')]),
      'rate-limit',
      'RATE_LIMIT_EXCEEDED',
    ],
    [
      429,
      errorBody(429, 'You exceeded your current quota', [
        { violations: [{ quotaId: 'GenerateRequestsPerDayPerProject' }] },
      ]),
      'quota',
      'X',
    ],
    [429, errorBody(429, 'Your prepayment credits are depleted.'), 'billing', 'X'],
    [499, errorBody(499, 'The operation was cancelled.'), 'server', 'X'],
    [500, errorBody(500, 'Internal error encountered.'), 'server', 'X'],
    [503, errorBody(503, 'The model is overloaded.'), 'overloaded', 'X'],
    [504, errorBody(504, 'Deadline expired.'), 'timeout', 'X'],
    [502, '<html>Bad gateway</html>', 'server', undefined],
    [429, [errorBody(429, 'a list with the error in it')], 'rate-limit', 'X'],
  ])('%i %j', (status, body, kind, code) => {
    const error = toLlmError(apiError(status, body), FACTS);
    expect(error).toMatchObject({ kind, details: { status, code, target: 'google/m' } });
  });

  it('reads the wait from RetryInfo, otherwise from the headers', () => {
    const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.5s' };
    const headers = new Headers({ 'retry-after': '7' });
    expect(
      toLlmError(apiError(429, errorBody(429, 'x', [retry])), { ...FACTS, headers }).details.retryAfterMs,
    ).toBe(34_500);
    expect(toLlmError(apiError(429, errorBody(429, 'x')), { ...FACTS, headers }).details.retryAfterMs).toBe(
      7000,
    );
  });

  it.each([
    ['RESOURCE_EXHAUSTED', 'rate-limit'],
    ['UNAVAILABLE', 'overloaded'],
    ['PERMISSION_DENIED', 'auth'],
    ['INVALID_ARGUMENT', 'invalid-request'],
    ['NEW_STATUS', 'server'],
  ])('finds the kind of an error in a stream by its status %s', (status, kind) => {
    expect(inBandError({ status, message: 'failed' }, FACTS).kind).toBe(kind);
  });

  it('hides secrets', () => {
    const error = toLlmError(apiError(400, errorBody(400, 'key AIzaSECRETSECRET is bad')), FACTS);
    expect(`${JSON.stringify(error)} ${String(error.cause)} ${error.stack ?? ''}`).not.toContain(
      'AIzaSECRETSECRET',
    );
  });

  it.each([
    ['invalid_grant', 'login-required'],
    ['Could not load the default credentials. Browse to https://…', 'missing-key'],
  ])('classifies a login that fails with "%s" as auth, %s', (message, code) => {
    expect(toLlmError(new Error(message), FACTS)).toMatchObject({ kind: 'auth', details: { code } });
  });

  it.each([
    [
      'ECONNRESET',
      Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      }),
      'network',
    ],
    ['broken JSON', new SyntaxError('Unexpected end'), 'protocol'],
  ])('classifies %s as %s', (_name, error, kind) => {
    expect(toLlmError(error, FACTS).kind).toBe(kind);
  });
});

describe('recovery', () => {
  const withVendorCall = (data: JsonObject): ModelRequest => ({
    messages: [
      assistant([
        {
          type: 'vendor-call',
          id: 'own',
          kind: 'computer',
          name: 'click',
          args: {},
          replay: { family: 'gemini/3-pro', data },
        },
      ]),
    ],
    tools: [],
    output: undefined,
    extra: {},
  });
  const recover = (message: string, request: ModelRequest = REQUEST): ModelRequest | undefined =>
    toLlmError(apiError(400, errorBody(400, message)), { ...FACTS, request }).details.recover?.apply(request);

  it('removes signatures after an invalid one', () => {
    expect(JSON.stringify(recover('Corrupted thought signature.')?.messages)).not.toContain('sig');
  });

  it('removes the signature of a vendor call, and keeps its arguments', () => {
    const changed = recover(
      'Corrupted thought signature.',
      withVendorCall({ signature: 'sig', args: { x: 1 } }),
    );
    expect(changed?.messages[0]).toMatchObject({ parts: [{ replay: { data: { args: { x: 1 } } } }] });
    expect(JSON.stringify(changed?.messages)).not.toContain('sig');
  });

  it('replaces the ids of all calls and results with ids that are not sent', () => {
    const unknownId =
      'Invalid JSON payload received. Unknown name "id" at \'contents[1]\': Cannot find field.';
    const result = toolResult({ callId: 'own', name: 'click', content: 'ok' });
    const request = withVendorCall({ args: {} });
    const changed = recover(unknownId, { ...request, messages: [...request.messages, result] });
    expect(JSON.stringify(changed?.messages)).not.toContain('own');
    expect(recover(unknownId, changed)).toBeUndefined();
  });

  it('reduces a rejected raw schema', () => {
    const changed = recover(
      'Invalid JSON payload received. Unknown name "parametersJsonSchema" at tools[0]: Cannot find field.',
    );
    expect(changed?.tools[0]?.parameters).toEqual({ type: 'OBJECT' });
    expect(changed?.output?.schema).toEqual({ type: 'OBJECT' });
  });

  it('puts a schema that is rejected with tools into the system text', () => {
    const changed = recover("Function calling with a response mime type: 'application/json' is unsupported");
    expect(changed?.output).toBeUndefined();
    expect(changed?.system).toContain('JSON Schema');
  });

  it('drops rejected thinking', () => {
    expect(recover('Thinking level MEDIUM is not supported for this model.')?.reasoning).toBeUndefined();
  });

  it('drops penalties that the model rejects', () => {
    const message = 'Penalty is not enabled for models/gemini-2.5-flash';
    const changed = recover(message, { ...REQUEST, frequencyPenalty: 0.5, presencePenalty: 0.5 });
    expect(changed).toMatchObject({ frequencyPenalty: undefined, presencePenalty: undefined });
    expect(recover(message)).toBeUndefined();
  });

  it('offers no recovery that changes nothing', () => {
    expect(
      recover('Thinking level MEDIUM is not supported', { ...REQUEST, reasoning: undefined }),
    ).toBeUndefined();
    expect(recover('Corrupted thought signature.', { ...REQUEST, messages: [user('a')] })).toBeUndefined();
    expect(recover('Corrupted thought signature.', withVendorCall({ args: {} }))).toBeUndefined();
    expect(recover('Invalid value')).toBeUndefined();
  });
});
