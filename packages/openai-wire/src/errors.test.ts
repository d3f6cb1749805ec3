import { describe, expect, it } from 'vitest';
import { toLlmError } from './errors.ts';
import { sdkErrors } from './sdk.ts';

const answered = (status: number, error: object, headers: object = new Headers()): Error =>
  Object.assign(new Error(`${status}`), { status, error, headers });
const convert = (error: unknown): ReturnType<typeof toLlmError> =>
  toLlmError(error, { target: 'p/m', secrets: [] }, sdkErrors(Client, 'SdkError'));

class SdkError extends Error {}
/** Its classes of errors are members, as in the SDKs. */
const Client = Object.assign(() => undefined, { SdkError });

describe('an error of an SDK', () => {
  it('contains the error of the host behind a gateway', () => {
    const raw = JSON.stringify({ error: { message: 'This model’s maximum context length is 8192 tokens' } });
    const found = convert(
      answered(400, { code: 400, message: 'Provider returned error', metadata: { raw } }),
    );
    expect(found.kind).toBe('context-overflow');
    expect(found.message).toContain('8192');
  });

  it('is `server` if the model wrote an invalid call or the server requests a retry', () => {
    const failed = {
      type: 'invalid_request_error',
      code: 'tool_use_failed',
      message: 'Failed to call a function.',
    };
    expect(convert(answered(400, failed)).kind).toBe('server');
    const locked = { type: 'invalid_request_error', message: 'locked' };
    expect(convert(answered(409, locked)).kind).toBe('invalid-request');
    expect(convert(answered(409, locked, new Headers({ 'x-should-retry': 'true' }))).kind).toBe('server');
    expect(convert(answered(401, locked, new Headers({ 'x-should-retry': 'true' }))).kind).toBe('auth');
  });

  it('is content-filter if the prompt was flagged', () => {
    expect(
      convert(answered(400, { code: 'cyber_policy', type: 'invalid_request', message: 'no' })).kind,
    ).toBe('content-filter');
  });

  it('reads the wait from the message without a header', () => {
    const busy = { code: 'rate_limit_exceeded', message: 'Please try again in 2.5s.' };
    expect(convert(answered(429, busy)).details.retryAfterMs).toBe(2500);
    expect(convert(answered(429, busy, new Headers({ 'retry-after': '7' }))).details.retryAfterMs).toBe(7000);
  });

  it('is auth for a rule of the account', () => {
    const message = 'No endpoints found matching your data policy. Enable it in your settings.';
    const found = convert(answered(404, { code: 404, message }));
    expect([found.kind, found.details.code, found.details.recover]).toEqual([
      'auth',
      'account-policy',
      undefined,
    ]);
    expect(found.message).toContain(message);
    expect(convert(answered(404, { message: 'no such model' })).kind).toBe('not-found');
  });

  it('is read with both forms of headers', () => {
    for (const headers of [
      new Headers({ 'retry-after': '3', 'x-request-id': 'r' }),
      { 'retry-after': '3', 'x-request-id': 'r' },
    ]) {
      const { details } = convert(answered(429, { message: 'slow down' }, headers));
      expect([details.retryAfterMs, details.requestId]).toEqual([3000, 'r']);
    }
  });

  it('is quota until the time in its body', () => {
    const used = { type: 'usage_limit_reached', message: 'The usage limit has been reached' };
    const inAnHour = Math.round(Date.now() / 1000) + 3600;
    const waits = (more: object, headers?: object): unknown => {
      const { kind, details } = convert(answered(429, { ...used, ...more }, headers));
      return [kind, Math.round((details.retryAfterMs ?? 0) / 60_000)];
    };
    expect(waits({ resets_in_seconds: 7200 })).toEqual(['quota', 120]);
    expect(waits({ resets_at: inAnHour })).toEqual(['quota', 60]);
    expect(waits({ resets_in_seconds: 7200 }, { 'retry-after': '60' })).toEqual(['quota', 1]);
    expect(waits({ resets_in_seconds: -1, resets_at: 'soon' })).toEqual(['quota', 0]);
  });

  it('is config if the SDK sent nothing', () => {
    expect(convert(new SdkError('bad option')).kind).toBe('config');
    expect(convert(new Error('reset')).kind).toBe('network');
    // A minifier renames classes: a name says nothing.
    const renamed = { SdkError: class e extends Error {} };
    expect(convert(new renamed.SdkError('bad option')).kind).toBe('network');
    const Minified = Object.assign(() => undefined, renamed);
    const known = sdkErrors(Minified, 'SdkError');
    expect(toLlmError(new renamed.SdkError('bad'), { target: 'p/m', secrets: [] }, known).kind).toBe(
      'config',
    );
  });
});
