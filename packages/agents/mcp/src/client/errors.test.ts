import { LlmError, type ErrorKind } from '@majordomo/core';
import { expect, it } from 'vitest';
import { isLostConnection, isLostSession, isTransient, toLlmError } from './errors.ts';

const context = { label: 'mcp "x"', signal: undefined };
const failure = (members: object, message = 'bug'): Error => Object.assign(new Error(message), members);
const named = (name: string): Error => failure({ name });
const ADVICE = '; pass place.credential or place.auth, or log in again';

it.each<[ErrorKind, string | number]>([
  ['timeout', 'REQUEST_TIMEOUT'],
  ['network', 'CONNECTION_CLOSED'],
  ['network', 'NOT_CONNECTED'],
  ['network', 'SEND_FAILED'],
  ['config', 'ENOENT'],
  ['config', 'EACCES'],
  ['config', 'E2BIG'],
  ['config', 'ERR_INVALID_ARG_VALUE'],
  ['config', 'ERR_INVALID_ARG_TYPE'],
  ['auth', 'CLIENT_HTTP_AUTHENTICATION'],
  ['auth', 'CLIENT_HTTP_FORBIDDEN'],
  ['protocol', 'INVALID_RESULT'],
  ['protocol', 'ERA_NEGOTIATION_FAILED'],
  ['protocol', 'UNKNOWN'],
  ['invalid-request', -32_002],
  ['unsupported', -32_601],
  ['invalid-request', -32_602],
  ['server', -32_603],
])('is of the kind %s for the code %s', (kind, code) => {
  const error = toLlmError(failure({ code }), context);
  expect(error).toMatchObject({ kind, message: `mcp "x": bug${kind === 'auth' ? ADVICE : ''}` });
  expect(error.details).toMatchObject({ code: String(code), status: undefined });
});

it.each([
  'UnauthorizedError',
  'OAuthError',
  'AuthorizationServerMismatchError',
  'IssuerMismatchError',
  'InsecureTokenEndpointError',
  'InsufficientScopeError',
  'RegistrationRejectedError',
])('is of the kind auth for an error with the name %s, whatever its status', (name) => {
  const error = toLlmError(Object.assign(named(name), { status: 500 }), context);
  expect(error).toMatchObject({ kind: 'auth', message: `mcp "x": bug${ADVICE}`, details: { status: 500 } });
});

it.each<[ErrorKind, unknown]>([
  ['network', new TypeError('bug')],
  ['protocol', new Error('bug')],
  ['protocol', 'bug'],
  ['rate-limit', failure({ status: 429, code: 'ENOENT' })],
  ['protocol', { name: 'OAuthError', message: 'bug' }],
])('is of the kind %s for %o', (kind, error) => {
  expect(toLlmError(error, context).kind).toBe(kind);
});

const refusedVersion = (...supported: readonly string[]) => failure({ code: -32_022, data: { supported } });
const onlyVersions = (versions: string): string =>
  `; the server supports ${versions}; update the server or @majordomo/mcp`;

it.each([
  ['2025', 'unsupported', refusedVersion('2026-07-28'), "; set protocol: 'auto'"],
  [
    '2025',
    'invalid-request',
    failure(
      { status: 400 },
      'Error POSTing: {"code":-32022,"data":{"supported":["2026-07-28"],"requested":"2025-11-25"}}',
    ),
    "; set protocol: 'auto'",
  ],
  ['2025', 'unsupported', refusedVersion('2024-11-05'), onlyVersions('2024-11-05')],
  ['2025', 'unsupported', refusedVersion('2099-01-01'), onlyVersions('2099-01-01')],
  ['auto', 'unsupported', refusedVersion('2026-07-28'), onlyVersions('2026-07-28')],
  [
    'auto',
    'invalid-request',
    failure(
      { status: 400 },
      'Error POSTing: {"code":-32022,"data":{"supported":["2099-01-01"],"requested":"2026-07-28"}}',
    ),
    onlyVersions('2099-01-01'),
  ],
  ['auto', 'unsupported', refusedVersion('x'), onlyVersions('no known version')],
] as const)(
  'names the remedy for a version refused with protocol %s: %s',
  (protocol, kind, error, advice) => {
    const { kind: actual, message } = toLlmError(error, { ...context, protocol });
    expect([actual, message]).toEqual([kind, `mcp "x": ${error.message}${advice}`]);
  },
);

it('has the kind of the cause of a failed negotiation', () => {
  const negotiation = (cause: unknown) => new Error('failed', { cause });
  const code = 'ERA_NEGOTIATION_FAILED';
  const mask = (text: string) => text.replace('secret', '***');
  const error = Object.assign(negotiation(failure({ code: 'NOT_CONNECTED' }, 'secret')), { code });
  expect(toLlmError(error, { ...context, last: 'ended', mask })).toMatchObject({
    kind: 'network',
    message: 'mcp "x": ***; ended',
  });
});

it('contains the cause of a failed connection', () => {
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:9');
  expect(toLlmError(new TypeError('fetch failed', { cause }), context)).toMatchObject({
    kind: 'network',
    message: 'mcp "x": connect ECONNREFUSED 127.0.0.1:9',
  });
});

it('contains the last output of a program only for a lost connection', () => {
  const last = 'the program ended';
  expect(toLlmError(failure({ code: 'SEND_FAILED' }), { ...context, last }).message).toBe(
    'mcp "x": bug; the program ended',
  );
  expect(toLlmError(failure({ code: 'ENOENT' }), { ...context, last }).message).toBe('mcp "x": bug');
});

it('masks secrets and truncates the message to 2,000 characters', () => {
  const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
  expect(toLlmError(new Error(`token ${token}`), context).message).toBe('mcp "x": token ***');
  const { message } = toLlmError(new Error('x'.repeat(5000)), context);
  expect(message.match(/x{9,}/)?.[0].length).toBeLessThanOrEqual(2000);
  expect(toLlmError(new Error('x'.repeat(2000)), context).message).toBe(`mcp "x": ${'x'.repeat(2000)}`);
});

it('is the reason of the signal if the call was aborted', () => {
  const timeout = new LlmError('timeout', 'too slow');
  const error = new LlmError('server', 'bug');
  expect(toLlmError(error, { ...context, signal: AbortSignal.abort(timeout) })).toBe(timeout);
  expect(toLlmError(error, { ...context, signal: AbortSignal.abort('stop') })).toMatchObject({
    kind: 'aborted',
    message: 'mcp "x" was aborted',
    cause: 'stop',
  });
  expect(toLlmError(error, { ...context, signal: new AbortController().signal })).toBe(error);
});

it.each<[string, LlmError, [lost: boolean, connection: boolean, transient: boolean]]>([
  ['a closed connection', new LlmError('server', '', { code: 'NOT_CONNECTED' }), [true, true, true]],
  ['an unknown session', new LlmError('not-found', '', { status: 404 }), [true, true, true]],
  ['a missing session', new LlmError('invalid-request', 'No Session', { status: 400 }), [true, true, true]],
  ['an invalid request', new LlmError('invalid-request', 'bad', { status: 400 }), [false, false, false]],
  ['a message about a session', new LlmError('auth', 'session', { status: 401 }), [false, false, false]],
  ['a network error', new LlmError('network', ''), [false, true, true]],
  ['a timeout', new LlmError('timeout', ''), [false, false, true]],
  ['an overloaded server', new LlmError('overloaded', ''), [false, false, true]],
  ['a rate limit', new LlmError('rate-limit', ''), [false, false, true]],
  ['a server error', new LlmError('server', ''), [false, false, true]],
  ['a wrong option', new LlmError('config', ''), [false, false, false]],
])('classifies %s', (_name, error, expected) => {
  expect([isLostSession(error), isLostConnection(error), isTransient(error)]).toEqual(expected);
});
