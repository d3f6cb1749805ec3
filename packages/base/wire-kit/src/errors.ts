import {
  truncateText,
  type ErrorDetails,
  type ErrorKind,
  LlmError,
  type ModelRequest,
  type Recovery,
} from '@majordomo/core';
import { redactCause, kindOf, redact, redactValues, type WireFailure } from '@majordomo/core/toolkit';
import { describeServer, MAX_CAUSES, reasonsOf, type ServerAddress } from './connection-error.ts';
import { exhaustedResetMs } from './rate-limits.ts';
import { type HeaderReader, retryAfterMs, retryAfterInMessage } from './retry-after.ts';

/** Failure that a server reported, and properties of the attempt. */
export interface WireErrorInit extends WireFailure {
  /** Target as `provider/model`. */
  readonly target: string;
  /** Kind that the provider determined. `@default` the kind that core determines from the code, type, message and status */
  readonly kind?: ErrorKind | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: HeaderReader | undefined;
  /** Response body as text or parsed JSON. The error stores at most 2,000 characters of the body. */
  readonly body?: unknown;
  /** Values to redact in the error. */
  readonly secrets?: readonly (string | undefined)[] | undefined;
  readonly cause?: unknown;
  readonly recover?: ErrorDetails['recover'];
  /** Returns the remedy for a rejected key, which the message of an error with status 401 contains. */
  readonly keyRemedy?: (() => string) | undefined;
}

const MAX_BODY_LENGTH = 2000;
const MAX_CODE_LENGTH = 200;

/** Creates the `LlmError` for a failure that a server reported. Determines the kind of the error and redacts secrets. */
export function wireError(init: WireErrorInit): LlmError {
  const { target, status, secrets = [], headers } = init;
  const shouldRetry = headers?.get('x-should-retry');
  const kind = retryableKind(init.kind ?? kindOf(init), shouldRetry);
  const text = (shortText(init.message, secrets, MAX_BODY_LENGTH) ?? '').trim();
  const remedy = status === 401 ? init.keyRemedy?.() : undefined;
  const problem = `${target} answered ${status ?? 'with an error'}${text === '' ? '' : `: ${text}`}`;
  const message = remedy === undefined ? problem : `${problem}; ${remedy}`;
  return new LlmError(
    kind,
    message,
    {
      target,
      status,
      // One code for all vendors, whose own codes for status 413 differ.
      code: status === 413 ? 'too-large' : shortText(init.code ?? init.type, secrets),
      requestId: shortText(init.requestId, secrets),
      retryAfterMs:
        retryAfterMs(headers, Date.now()) ??
        // Responses with another status also have these headers, although the rate limit did not cause them.
        (status === 429 ? exhaustedResetMs(headers, Date.now()) : undefined) ??
        (TEMPORARY_KINDS.has(kind) ? retryAfterInMessage(text) : undefined),
      shouldRetry: shouldRetry === 'true' || shouldRetry === 'false' ? shouldRetry === 'true' : undefined,
      body: bodyText(init.body, secrets),
      recover: init.recover,
    },
    { cause: redactCause(init.cause, secrets) },
  );
}

/** Returns `server` for `invalid-request` if the server sent `x-should-retry: true`, for example for a lock conflict (409). */
const retryableKind = (kind: ErrorKind, shouldRetry: string | null | undefined): ErrorKind =>
  shouldRetry === 'true' && kind === 'invalid-request' ? 'server' : kind;

/** Kinds of failures after which the same request can succeed. A waiting time in the message is used only for these kinds. */
const TEMPORARY_KINDS: ReadonlySet<ErrorKind> = new Set(['rate-limit', 'quota', 'overloaded', 'server']);

/**
 * Converts an error of the transport to an `LlmError`: a refused, reset or closed connection, an invalid header, or a body that
 * is not JSON. If the error or one of its causes is an `LlmError`, returns that `LlmError` without secrets.
 *
 * @param server function that returns the server of the attempt, which the message of a failed connection names
 */
export function transportError(
  error: unknown,
  target: string,
  secrets: readonly string[] = [],
  server?: () => ServerAddress,
): LlmError {
  const own = findLlmError(error);
  if (own !== undefined) return removeSecrets(own, target, secrets);
  const cause = redactCause(error, secrets);
  if (error instanceof SyntaxError) {
    const message = `${target}: the response is not valid JSON`;
    return new LlmError('protocol', message, { target, path: '' }, { cause });
  }
  if (isInvalidHeader(error)) {
    const message = `${target}: the request could not be created: ${reasonOf(error, secrets)}; check the characters of the key and the headers`;
    return new LlmError('config', message, { target }, { cause });
  }
  const code = codeOf(error);
  const problem = `${target}: the connection${describeServer(server?.())} ${isLostConnection(code) ? 'was lost' : 'failed'}`;
  return new LlmError('network', `${problem}: ${reasonOf(error, secrets)}`, { target, code }, { cause });
}

/** Whether the code means that an established connection was lost. */
const isLostConnection = (code: string | undefined): boolean =>
  code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';

/**
 * Whether the error reports an invalid header, such as a key with a line break. Another attempt would fail too. Other errors also
 * mention headers, such as "Cannot read properties of undefined (reading 'headers')".
 */
function isInvalidHeader(error: unknown): boolean {
  if (!(error instanceof TypeError)) return false;
  const message = truncateText(error.message, MAX_BODY_LENGTH);
  return /ByteString|ISO-8859-1/i.test(message) || (/header/i.test(message) && /valid/i.test(message));
}

/** Finds the first `LlmError` among an error and its causes. SDKs wrap the errors of the transport. */
function findLlmError(error: unknown): LlmError | undefined {
  for (let at = error, depth = 0; depth < MAX_CAUSES; depth++) {
    if (LlmError.is(at)) return at;
    if (!(at instanceof Error)) return undefined;
    at = at.cause;
  }
  return undefined;
}

/**
 * Returns the error unchanged, or a copy without secrets and with `target` if the error names only the provider. Redacts only the
 * given secrets, because strings with the form of a key were redacted when the error was created.
 */
function removeSecrets(error: LlmError, target: string, secrets: readonly string[]): LlmError {
  const { kind, details } = error;
  const hide = (text: string | undefined): string | undefined => text && redactValues(text, secrets);
  const cause = redactCause(error.cause, secrets);
  const message = redactValues(error.message, secrets);
  const known = details.target;
  const hidden = {
    target: known !== undefined && target.startsWith(`${known}/`) ? target : known,
    code: hide(details.code),
    body: hide(details.body),
    requestId: hide(details.requestId),
  };
  const isSame =
    message === error.message &&
    hidden.target === known &&
    cause === error.cause &&
    hidden.code === details.code &&
    hidden.body === details.body &&
    hidden.requestId === details.requestId;
  if (isSame) return error;
  const clean = new LlmError(kind, message, { ...details, ...hidden }, { cause });
  clean.stack = redactValues(error.stack ?? '', secrets);
  return clean;
}

/** Returns the messages of an error and its causes, truncated and without secrets. */
export function reasonOf(error: unknown, secrets: readonly string[]): string {
  const reason = reasonsOf(error);
  return cutAndRedact(reason === '' ? nameOf(error) : reason, secrets, MAX_BODY_LENGTH);
}

/** Describes a thrown value that has no message. `String` would throw for an object without a prototype. */
const nameOf = (error: unknown): string => {
  if (error instanceof Error) return error.name;
  return typeof error === 'string' ? error : safeJson(error);
};

/** Returns the code of the innermost cause that has one, because Node stores codes such as `ECONNREFUSED` there. */
function codeOf(error: unknown): string | undefined {
  let code: string | undefined;
  for (let at = error, depth = 0; at instanceof Error && depth < MAX_CAUSES; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') code = at.code;
  }
  return code;
}

function bodyText(body: unknown, secrets: readonly (string | undefined)[]): string | undefined {
  if (body === undefined || body === null) return undefined;
  const text = typeof body === 'string' ? body : safeJson(body);
  return cutAndRedact(text, secrets, MAX_BODY_LENGTH);
}

/**
 * Redacts secrets before truncating, because a truncated secret would not be recognized. The margin is longer than any
 * percent-encoded secret in ASCII, which has three times the length of the secret.
 */
function cutAndRedact(text: string, secrets: readonly (string | undefined)[], longest: number): string {
  const margin = Math.max(longest, ...secrets.map((secret) => (secret?.length ?? 0) * 4));
  return truncateText(redact(truncateText(text, longest + margin), secrets), longest);
}

/** Returns a code or an id as a string without secrets. A server can send a secret or another type of value in its place. */
function shortText(
  value: unknown,
  secrets: readonly (string | undefined)[],
  longest: number = MAX_CODE_LENGTH,
): string | undefined {
  if (value === undefined || value === null) return undefined;
  return cutAndRedact(typeof value === 'string' ? value : safeJson(value), secrets, longest);
}

function safeJson(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : typeof value;
  } catch {
    // `JSON.stringify` throws for a circular value and for a value that is nested too deeply.
    return `an unreadable ${typeof value}`;
  }
}

/** Properties of an attempt that determine its errors. */
export interface ErrorContext {
  /** Target as `provider/model`. */
  readonly target: string;
  /** Request of the attempt, for deriving recoveries. Absent when models are listed. */
  readonly request?: ModelRequest | undefined;
  /** Values to redact in errors. */
  readonly secrets: readonly string[];
  /** Returns the server of the attempt. */
  readonly server?: (() => ServerAddress) | undefined;
  /** Returns the remedy for a rejected key. */
  readonly keyRemedy?: (() => string) | undefined;
  /** Returns the recovery that requests another credential after a response with status 401. */
  readonly renew?: (() => Recovery | undefined) | undefined;
}

/** Maximum number of characters of an error page that are processed, including markup. */
const MAX_PAGE_LENGTH = 4096;
const MAX_PLAIN_TEXT_LENGTH = 200;

/** Returns up to 200 characters of a body that is not JSON, such as an error page. Removes markup and the SDK's status prefix. */
export function plainTextOf(message: string, status: number): string {
  const text = message.startsWith(`${status} `) ? message.slice(`${status} `.length) : message;
  if (text === 'status code (no body)') return '';
  const words = truncateText(text, MAX_PAGE_LENGTH).replace(/<[^<>]*>|\s+/g, ' ');
  return truncateText(words.trim(), MAX_PLAIN_TEXT_LENGTH);
}

/** Converts an error that a `WireReader` threw for a message of an unknown form. Returns an `LlmError` unchanged. */
export function driftError(error: unknown, target: string): LlmError {
  if (LlmError.is(error)) return error;
  const message = `${target}: the server sent a message of an unknown form`;
  return new LlmError('protocol', message, { target, path: '' }, { cause: error });
}

/** Maximum length of one string. The displayed part is shorter, so that a secret that crosses the end of that part is found. */
const MAX_STRING_LENGTH = 16_384;
/** Maximum total length of all strings, including property names. */
const MAX_TOTAL_LENGTH = 65_536;
const MAX_VALUES = 1000;
const MAX_DEPTH = 12;

/**
 * Returns an error body with truncated strings and lists. A vendor, a proxy or an echo of the user's input can make the body
 * megabytes long, and regular expressions that search such a body would be slow.
 */
export function truncateBody(body: unknown): unknown {
  return truncateValue(body, { text: MAX_TOTAL_LENGTH, values: MAX_VALUES }, 0);
}

interface Remaining {
  text: number;
  values: number;
}

function truncateValue(value: unknown, remaining: Remaining, depth: number): unknown {
  if (typeof value === 'string') return truncateString(value, remaining);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return undefined;
  const isList = Array.isArray(value);
  const short: [string, unknown][] = [];
  for (const name in value) {
    if (remaining.values <= 0 || remaining.text <= 0) break;
    if (!Object.hasOwn(value, name)) continue;
    remaining.values--;
    const key = isList ? name : truncateString(name, remaining);
    short.push([key, truncateValue(Reflect.get(value, name), remaining, depth + 1)]);
  }
  return isList ? short.map(([, member]) => member) : Object.fromEntries(short);
}

function truncateString(text: string, remaining: Remaining): string {
  const short = truncateText(text, Math.min(MAX_STRING_LENGTH, remaining.text));
  remaining.text -= short.length;
  return short;
}
