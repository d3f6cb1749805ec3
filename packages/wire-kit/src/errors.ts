import {
  truncateText,
  type ErrorDetails,
  type ErrorKind,
  LlmError,
  type ModelRequest,
  type Recovery,
} from '@majordomo/core';
import { redactCause, kindOf, redact, redactValues, type WireFailure } from '@majordomo/core/toolkit';
import { exhaustedResetMs } from './rate-limits.ts';
import { type HeaderReader, retryAfterMs, retryAfterInMessage } from './retry-after.ts';

/** Properties of a failure that a server reported. */
export interface WireErrorInit extends WireFailure {
  /** `provider/model`. */
  readonly target: string;
  /** Kind that the provider determined. `@default` the kind of the status and code in core's tables */
  readonly kind?: ErrorKind | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: HeaderReader | undefined;
  /** Body, or its parsed form. The error stores it as text of at most 2,000 characters. */
  readonly body?: unknown;
  /** Values to redact in the message, the body and the cause. */
  readonly secrets?: readonly (string | undefined)[] | undefined;
  readonly cause?: unknown;
  readonly recover?: ErrorDetails['recover'];
}

const MAX_BODY_LENGTH = 2000;
const MAX_CODE_LENGTH = 200;

/** Creates the `LlmError` of a failure that a server reported: classified, without secrets, with its cause. */
export function wireError(init: WireErrorInit): LlmError {
  const { target, status, secrets = [], headers } = init;
  const shouldRetry = headers?.get('x-should-retry');
  const kind = retryableKind(init.kind ?? kindOf(init), shouldRetry);
  const text = (shortText(init.message, secrets, MAX_BODY_LENGTH) ?? '').trim();
  const message = `${target} answered ${status ?? 'with an error'}${text === '' ? '' : `: ${text}`}`;
  return new LlmError(
    kind,
    message,
    {
      target,
      status,
      code: status === 413 ? 'too-large' : shortText(init.code ?? init.type, secrets),
      requestId: shortText(init.requestId, secrets),
      retryAfterMs:
        retryAfterMs(headers, Date.now()) ??
        (status === 429 ? exhaustedResetMs(headers, Date.now()) : undefined) ??
        (TEMPORARY_KINDS.has(kind) ? retryAfterInMessage(text) : undefined),
      shouldRetry: shouldRetry === 'true' || shouldRetry === 'false' ? shouldRetry === 'true' : undefined,
      body: bodyText(init.body, secrets),
      recover: init.recover,
    },
    { cause: redactCause(init.cause, secrets) },
  );
}

/** A rejected request that the server declares retryable with `x-should-retry` (such as a lock, 409) is kind `server`. */
const retryableKind = (kind: ErrorKind, shouldRetry: string | null | undefined): ErrorKind =>
  shouldRetry === 'true' && kind === 'invalid-request' ? 'server' : kind;

/** Failures that end without a change of the request. A wait in the message of another failure concerns something different. */
const TEMPORARY_KINDS: ReadonlySet<ErrorKind> = new Set(['rate-limit', 'quota', 'overloaded', 'server']);

/**
 * Converts an error of the transport (refused, reset or cut connection, or a body that is not JSON) to an `LlmError`.
 * Returns the `LlmError` inside an error of an SDK, without secrets.
 */
export function transportError(error: unknown, target: string, secrets: readonly string[] = []): LlmError {
  const own = findLlmError(error);
  if (own !== undefined) return removeSecrets(own, target, secrets);
  const cause = redactCause(error, secrets);
  if (error instanceof SyntaxError) {
    return new LlmError('protocol', `${target} sent broken JSON`, { target, path: '' }, { cause });
  }
  if (isInvalidHeader(error)) {
    const message = `the request to ${target} could not be made: ${reasonOf(error, secrets)}`;
    return new LlmError('config', message, { target }, { cause });
  }
  const code = codeOf(error);
  const problem = isLostConnection(code) ? `lost the connection to ${target}` : `no connection to ${target}`;
  return new LlmError('network', `${problem}: ${reasonOf(error, secrets)}`, { target, code }, { cause });
}

/** Whether the connection was established before it broke. */
const isLostConnection = (code: string | undefined): boolean =>
  code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';

/** Whether the request has an invalid header, such as a key with a line break. Another attempt would fail too. */
const isInvalidHeader = (error: unknown): boolean =>
  error instanceof TypeError && /header|ByteString/i.test(truncateText(error.message, MAX_BODY_LENGTH));

/** Finds the `LlmError` of the transport among the causes of an SDK's error. */
function findLlmError(error: unknown): LlmError | undefined {
  for (let at = error, depth = 0; depth < 4; depth++) {
    if (LlmError.is(at)) return at;
    if (!(at instanceof Error)) return undefined;
    at = at.cause;
  }
  return undefined;
}

/** Returns the same error, unless it contains a secret or names only the provider of the target. */
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

/** Returns the messages of an error and its causes, shortened and without secrets. */
export function reasonOf(error: unknown, secrets: readonly string[]): string {
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < 4; at = at.cause) texts.push(at.message);
  const reason = [...new Set(texts.filter((text) => text !== ''))].join(': ');
  return cutAndRedact(reason === '' ? nameOf(error) : reason, secrets, MAX_BODY_LENGTH);
}

/** Describes a thrown value without a message. `String` throws for an object without a prototype. */
const nameOf = (error: unknown): string => {
  if (error instanceof Error) return error.name;
  return typeof error === 'string' ? error : safeJson(error);
};

/** Returns the code of the innermost cause, where Node puts `ECONNREFUSED` and similar codes. */
function codeOf(error: unknown): string | undefined {
  let code: string | undefined;
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') code = at.code;
  }
  return code;
}

function bodyText(body: unknown, secrets: readonly (string | undefined)[]): string | undefined {
  if (body === undefined || body === null) return undefined;
  const text = typeof body === 'string' ? body : safeJson(body);
  return cutAndRedact(text, secrets, MAX_BODY_LENGTH);
}

/** Truncates after redaction: a truncated secret would not be recognized. */
function cutAndRedact(text: string, secrets: readonly (string | undefined)[], longest: number): string {
  const margin = Math.max(longest, ...secrets.map((secret) => (secret?.length ?? 0) * 4));
  return truncateText(redact(truncateText(text, longest + margin), secrets), longest);
}

/** Redacts a code or id: a server can echo a secret there, or send a value that is not a string. */
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
    // The value is circular, or nested deeper than the stack.
    return `an unreadable ${typeof value}`;
  }
}

/** Properties of an attempt that its errors need. */
export interface ErrorContext {
  /** `provider/model`. */
  readonly target: string;
  /** Request of the attempt; recoveries depend on it. Absent for a list of models. */
  readonly request?: ModelRequest | undefined;
  /** Values to redact in errors. The connection sets them when it knows the key. */
  secrets: readonly string[];
  /** Returns the recovery that requests another credential after a 401. */
  credential?: (() => Recovery | undefined) | undefined;
}

/** Maximum length of a page that is read, markup included. */
const MAX_PAGE_LENGTH = 4096;
const MAX_PLAIN_TEXT_LENGTH = 200;

/** Returns the text of a body that is not JSON, such as a proxy's page, without markup and the status that an SDK puts first. */
export function plainTextOf(message: string, status: number): string {
  const text = message.startsWith(`${status} `) ? message.slice(`${status} `.length) : message;
  if (text === 'status code (no body)') return '';
  const words = truncateText(text, MAX_PAGE_LENGTH).replace(/<[^<>]*>|\s+/g, ' ');
  return truncateText(words.trim(), MAX_PLAIN_TEXT_LENGTH);
}

/** Converts an error of a reader: the server sent a message of an unknown shape. An `LlmError` is returned unchanged. */
export function driftError(error: unknown, target: string): LlmError {
  if (LlmError.is(error)) return error;
  const message = `${target} sent a message of an unknown shape`;
  return new LlmError('protocol', message, { target, path: '' }, { cause: error });
}

/** Maximum length of one string. It exceeds the length that an error shows, so that a secret at the end is recognized. */
const MAX_STRING_LENGTH = 16_384;
/** Maximum length of all strings together, member names included. */
const MAX_TOTAL_LENGTH = 65_536;
const MAX_VALUES = 1000;
const MAX_DEPTH = 12;

/**
 * Truncates the strings and lists of an error body. The body can contain megabytes from a vendor, a proxy or an echo of the
 * user's input, and every regular expression would read all of them.
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
