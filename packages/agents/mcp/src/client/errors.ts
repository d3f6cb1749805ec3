import { truncateText, LlmError, messageOf, type ErrorKind } from '@majordomo/core';
import { asNumber, asRecord, asText, isNotConnected, kindOfStatus, redact } from '@majordomo/core/toolkit';
import { reasonOf } from '@majordomo/wire-kit/internal';
import { isScope } from '../auth/login-server.ts';
import type { McpOptions } from '../options.ts';
import { RPC_CODE } from '../rpc-codes.ts';
import { CUT_OFF } from '../transport/server-transport.ts';

/** Maximum length of a message of the SDK or the server in an error message. */
const MAX_CHARACTERS = 2000;

/** Context in which an error occurred. */
export interface ErrorContext {
  /** Subject of the error message, such as `mcp "files"` or `files_read`. */
  readonly label: string;
  readonly signal: AbortSignal | undefined;
  /** Reason for the end of a program, and its last stderr output, with secrets masked. */
  readonly last?: string | undefined;
  readonly mask?: ((text: string) => string) | undefined;
  /** Whether an `OAuthClientProvider` of the application authorizes the requests. */
  readonly hasProvider?: boolean | undefined;
  /** Option `protocol`, set while the client connects. */
  readonly protocol?: McpOptions['protocol'];
}

/** Converts an SDK error by its code and status, not by its class, because an application may have two copies of the SDK. */
export function toLlmError(error: unknown, context: ErrorContext): LlmError {
  const { label, signal, last, mask = redact, hasProvider } = context;
  if (signal?.aborted === true)
    return LlmError.is(signal.reason)
      ? signal.reason
      : new LlmError('aborted', `${label} was aborted`, {}, { cause: signal.reason });
  if (LlmError.is(error)) return error;
  // The SDK receives the errors of `guardedFetch` as a `TypeError`, because it ignores other errors while it searches for metadata.
  if (error instanceof TypeError && LlmError.is(error.cause)) return error.cause;
  const { code, status } = codesOf(error);
  // The kind, such as `network` or `auth`, is derived from the cause.
  if (code === 'ERA_NEGOTIATION_FAILED' && error instanceof Error && error.cause !== undefined)
    return toLlmError(error.cause, context);
  // The SDK throws this error after the provider has redirected the user.
  if (hasProvider === true && isNamed(error, 'UnauthorizedError'))
    return new LlmError(
      'auth',
      `${label}: a login is required; complete the login of place.auth, and connect again`,
      {
        code: 'login-required',
      },
    );
  const scopes = isNamed(error, 'InsufficientScopeError')
    ? asText(asRecord(error)['requiredScope'])
    : undefined;
  if (scopes !== undefined && isScope(scopes)) return scopeError(scopes, label);
  // `fetch` states in the cause why a connection failed.
  const reason =
    error instanceof TypeError && error.cause instanceof Error ? reasonOf(error, []) : messageOf(error);
  const message = truncateText(mask(reason), MAX_CHARACTERS);
  const kind = errorKind(code, status, error);
  const why = last === undefined || kind !== 'network' ? message : `${message}; ${last}`;
  return new LlmError(kind, `${label}: ${why}${adviceFor(kind, error, context)}`, {
    status,
    code: codeText(code ?? codesOf(asRecord(error)['cause']).code),
  });
}

const codeText = (code: string | number | undefined): string | undefined =>
  code === undefined ? undefined : String(code);

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

/** Returns the error of a call that needs further scopes. Its cause contains them. */
function scopeError(scopes: string, label: string): LlmError {
  return new LlmError(
    'auth',
    `${label}: the login does not include the scopes that this request requires (${scopes}); log in again with these scopes`,
    { status: 403, code: 'insufficient-scope' },
    { cause: { scopes } },
  );
}

/** Returns whether a call failed because it needs a login, and the scopes that it requires. */
export function neededLogin(error: unknown): { readonly scopes: string | undefined } | undefined {
  if (!LlmError.is(error, 'auth')) return undefined;
  if (error.details.code === 'login-required') return { scopes: undefined };
  const scopes = asText(asRecord(error.cause)['scopes']);
  const isKnown = error.details.code === 'insufficient-scope' && scopes !== undefined && isScope(scopes);
  return isKnown ? { scopes } : undefined;
}

/**
 * Whether the client has no session for the request: it is not connected, or the server does not know the session. The server has not
 * processed the request, so the request can be sent again. The protocol requires 404 for an unknown session, but servers based on the
 * SDK's example return 400.
 */
export const isLostSession = ({ message, details: { status, code } }: LlmError): boolean =>
  code === 'NOT_CONNECTED' || status === 404 || (status === 400 && /session/i.test(message));

/** Whether the server certainly did not process the request: the session is lost, or no connection was established. */
export const isUnprocessed = (error: LlmError): boolean =>
  isLostSession(error) || isNotConnected(error.details.code);

/** Whether the SDK could not determine the protocol version of the server. */
export const isProbeFailure = (error: unknown): boolean =>
  asRecord(error)['code'] === 'ERA_NEGOTIATION_FAILED';

/** Whether the error reports a lost connection. */
export const isLostConnection = (error: LlmError): boolean =>
  LlmError.is(error, 'network') || isLostSession(error);

/** Whether the same call may succeed later. */
export const isTransient = (error: LlmError): boolean =>
  LlmError.is(error, 'network', 'timeout', 'overloaded', 'rate-limit', 'server') || isLostSession(error);

function codesOf(error: unknown): { code: string | number | undefined; status: number | undefined } {
  const { code, status } = asRecord(error);
  return { code: typeof code === 'string' ? code : asNumber(code), status: asNumber(status) };
}

const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  REQUEST_TIMEOUT: 'timeout',
  CONNECTION_CLOSED: 'network',
  NOT_CONNECTED: 'network',
  SEND_FAILED: 'network',
  ENOENT: 'config',
  EACCES: 'config',
  E2BIG: 'config',
  ERR_INVALID_ARG_VALUE: 'config',
  ERR_INVALID_ARG_TYPE: 'config',
  CLIENT_HTTP_AUTHENTICATION: 'auth',
  CLIENT_HTTP_FORBIDDEN: 'auth',
  INVALID_RESULT: 'protocol',
  ERA_NEGOTIATION_FAILED: 'protocol',
  [CUT_OFF]: 'network',
  [RPC_CODE.unsupportedVersion]: 'unsupported',
  [RPC_CODE.unknownResource]: 'invalid-request',
  [RPC_CODE.methodNotFound]: 'unsupported',
  [RPC_CODE.invalidParams]: 'invalid-request',
};

/** Names of the SDK's authorization errors. */
const AUTH_ERRORS: ReadonlySet<string> = new Set([
  'UnauthorizedError',
  'OAuthError',
  'AuthorizationServerMismatchError',
  'IssuerMismatchError',
  'InsecureTokenEndpointError',
  'InsufficientScopeError',
  'RegistrationRejectedError',
]);

function errorKind(code: string | number | undefined, status: number | undefined, error: unknown): ErrorKind {
  if (error instanceof Error && AUTH_ERRORS.has(error.name)) return 'auth';
  if (status !== undefined) return kindOfStatus(status);
  const known = code === undefined ? undefined : BY_CODE[String(code)];
  if (known !== undefined) return known;
  // `fetch` reports a failed connection as a `TypeError`.
  if (error instanceof TypeError) return 'network';
  // A number is a code of JSON-RPC, with which the server reports an error.
  return typeof code === 'number' ? 'server' : 'protocol';
}

function adviceFor(kind: ErrorKind, error: unknown, { protocol }: ErrorContext): string {
  const versions = supportedVersions(error);
  if (protocol === '2025' && versions?.includes(PROTOCOL_2026) === true) return "; set protocol: 'auto'";
  if (versions !== undefined)
    return `; the server supports ${versions.length === 0 ? 'no known version' : versions.join(', ')}; update the server or @majordomo/mcp`;
  return kind === 'auth' ? '; pass place.credential or place.auth, or log in again' : '';
}

/** Whether the server refused the protocol of 2025 and supports the version of 2026 (JSON-RPC code -32022). */
export const needsNewProtocol = (error: unknown): boolean =>
  supportedVersions(error)?.includes(PROTOCOL_2026) === true;

/** Returns the versions that a server supports which refused the version of a request, at most 10. Otherwise, `undefined`. */
function supportedVersions(error: unknown): readonly string[] | undefined {
  const { code, message, data } = asRecord(error);
  const text = asText(message) ?? '';
  if (!`${String(code)} ${text}`.includes(String(RPC_CODE.unsupportedVersion))) return undefined;
  const { supported } = asRecord(data);
  // An error with an HTTP status contains the response only in its message.
  const listed = Array.isArray(supported)
    ? supported.join(' ')
    : text.split('"supported":[', 2)[1]?.split(']', 1)[0];
  return [...new Set(listed?.match(/\b20\d\d-\d\d-\d\d\b/g))].slice(0, MAX_VERSIONS);
}

/** Version that the client supports with `protocol: 'auto'`. */
const PROTOCOL_2026 = '2026-07-28';
const MAX_VERSIONS = 10;
