import { describe, expect, it } from 'vitest';
import { toLlmError } from './errors.ts';
import { sdkErrors } from './sdk.ts';

const statusError = (status: number, error: object, headers: object = new Headers()): Error =>
  Object.assign(new Error(`${status}`), { status, error, headers });
const convert = (error: unknown): ReturnType<typeof toLlmError> =>
  toLlmError(error, { target: 'p/m', secrets: [] }, sdkErrors(Client, 'SdkError'));

class SdkError extends Error {}
/** Client of an SDK, with its error classes as members. */
const Client = Object.assign(() => undefined, { SdkError });

describe('an error of an SDK', () => {
  it('contains the error of the host behind a gateway', () => {
    const raw = JSON.stringify({ error: { message: 'This model’s maximum context length is 8192 tokens' } });
    const llmError = convert(
      statusError(400, { code: 400, message: 'Provider returned error', metadata: { raw } }),
    );
    expect(llmError.kind).toBe('context-overflow');
    expect(llmError.message).toContain('8192');
  });

  it('is `server` if the model wrote an invalid call or the server requests a retry', () => {
    const failed = {
      type: 'invalid_request_error',
      code: 'tool_use_failed',
      message: 'Failed to call a function.',
    };
    expect(convert(statusError(400, failed)).kind).toBe('server');
    const rejection = { type: 'invalid_request_error', message: 'locked' };
    expect(convert(statusError(409, rejection)).kind).toBe('invalid-request');
    expect(convert(statusError(409, rejection, new Headers({ 'x-should-retry': 'true' }))).kind).toBe(
      'server',
    );
    expect(convert(statusError(401, rejection, new Headers({ 'x-should-retry': 'true' }))).kind).toBe('auth');
  });

  it('is content-filter if the prompt was flagged', () => {
    expect(
      convert(statusError(400, { code: 'cyber_policy', type: 'invalid_request', message: 'no' })).kind,
    ).toBe('content-filter');
  });

  it('reads the wait from the message without a header', () => {
    const busy = { code: 'rate_limit_exceeded', message: 'Please try again in 2.5s.' };
    expect(convert(statusError(429, busy)).details.retryAfterMs).toBe(2500);
    expect(convert(statusError(429, busy, new Headers({ 'retry-after': '7' }))).details.retryAfterMs).toBe(
      7000,
    );
  });

  it('is auth for an account policy', () => {
    const message = 'No endpoints found matching your data policy. Enable it in your settings.';
    const llmError = convert(statusError(404, { code: 404, message }));
    expect([llmError.kind, llmError.details.code, llmError.details.recover]).toEqual([
      'auth',
      'account-policy',
      undefined,
    ]);
    expect(llmError.message).toContain(message);
    expect(convert(statusError(404, { message: 'no such model' })).kind).toBe('not-found');
  });

  it('accepts headers as a Headers object or as a plain object', () => {
    for (const headers of [
      new Headers({ 'retry-after': '3', 'x-request-id': 'r' }),
      { 'retry-after': '3', 'x-request-id': 'r' },
    ]) {
      const { details } = convert(statusError(429, { message: 'slow down' }, headers));
      expect([details.retryAfterMs, details.requestId]).toEqual([3000, 'r']);
    }
  });

  it('is quota with the wait from its body', () => {
    const usageLimit = { type: 'usage_limit_reached', message: 'The usage limit has been reached' };
    const inAnHour = Math.round(Date.now() / 1000) + 3600;
    const kindAndMinutes = (more: object, headers?: object): unknown => {
      const { kind, details } = convert(statusError(429, { ...usageLimit, ...more }, headers));
      return [kind, Math.round((details.retryAfterMs ?? 0) / 60_000)];
    };
    expect(kindAndMinutes({ resets_in_seconds: 7200 })).toEqual(['quota', 120]);
    expect(kindAndMinutes({ resets_at: inAnHour })).toEqual(['quota', 60]);
    expect(kindAndMinutes({ resets_in_seconds: 7200 }, { 'retry-after': '60' })).toEqual(['quota', 1]);
    expect(kindAndMinutes({ resets_in_seconds: -1, resets_at: 'soon' })).toEqual(['quota', 0]);
  });

  it('is config if the SDK sent nothing', () => {
    expect(convert(new SdkError('bad option')).kind).toBe('config');
    expect(convert(new Error('reset')).kind).toBe('network');
    // A minifier renames classes, so the code cannot compare class names.
    const renamed = { SdkError: class e extends Error {} };
    expect(convert(new renamed.SdkError('bad option')).kind).toBe('network');
    const Minified = Object.assign(() => undefined, renamed);
    const classesOfSdk = sdkErrors(Minified, 'SdkError');
    expect(toLlmError(new renamed.SdkError('bad'), { target: 'p/m', secrets: [] }, classesOfSdk).kind).toBe(
      'config',
    );
  });
});
