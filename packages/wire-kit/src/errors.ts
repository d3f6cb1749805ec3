import {
  truncateText,
  type ErrorDetails,
  type ErrorKind,
  LlmError,
  type ModelRequest,
  type Recovery,
} from '@majordomo/core';
import {
  redactCause,
  type HeaderReader,
  kindOf,
  redact,
  redactValues,
  retryAfterMs,
  retryAfterInMessage,
  type WireFailure,
} from '@majordomo/core/toolkit';

/** What is known of a failure that a wire reported. */
export interface WireErrorInit extends WireFailure {
  /** `provider/model`. */
  readonly target: string;
  /** Where the wire or the SDK knows better than the shared tables. */
  readonly kind?: ErrorKind | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: HeaderReader | undefined;
  /** The body or the SDK's parsed form of it; kept as text, cut at 2,000 characters. */
  readonly body?: unknown;
  /** Values that must not stand in the message, the body or the cause. */
  readonly secrets?: readonly (string | undefined)[] | undefined;
  readonly cause?: unknown;
  readonly recover?: ErrorDetails['recover'];
}

const MAX_BODY_LENGTH = 2000;
const MAX_CODE_LENGTH = 200;

/** A failure that a wire reported, as the one error: classified, without secrets, with its cause. */
export function wireError(init: WireErrorInit): LlmError {
  const { target, status, secrets = [], headers } = init;
  const asked = headers?.get('x-should-retry');
  const kind = retryableKind(init.kind ?? kindOf(init), asked);
  const said = (shortText(init.message, secrets, MAX_BODY_LENGTH) ?? '').trim();
  const message = `${target} answered ${status ?? 'with an error'}${said === '' ? '' : `: ${said}`}`;
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
        (TEMPORARY_KINDS.has(kind) ? retryAfterInMessage(said) : undefined),
      shouldRetry: asked === 'true' || asked === 'false' ? asked === 'true' : undefined,
      body: bodyText(init.body, secrets),
      recover: init.recover,
    },
    { cause: redactCause(init.cause, secrets) },
  );
}

/** A refusal of the request that the server says may succeed as it is (`x-should-retry`, such as of a lock: 409). */
const retryableKind = (kind: ErrorKind, shouldRetry: string | null | undefined): ErrorKind =>
  shouldRetry === 'true' && kind === 'invalid-request' ? 'server' : kind;

/** Failures that end by themselves: of others, words about trying again are about something else. */
const TEMPORARY_KINDS: ReadonlySet<ErrorKind> = new Set(['rate-limit', 'quota', 'overloaded', 'server']);

/**
 * The transport broke: refused, reset, cut, or a body that is no JSON. An LlmError stays one, without the secrets, also
 * where an SDK has put an error of its own around it.
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
  return new LlmError(
    'network',
    `no connection to ${target}: ${reasonOf(error, secrets)}`,
    { target, code: codeOf(error) },
    { cause },
  );
}

/** A key with a line break, for one: nothing was sent, and no other attempt would fare better. */
const isInvalidHeader = (error: unknown): boolean =>
  error instanceof TypeError && /header|ByteString/i.test(truncateText(error.message, MAX_BODY_LENGTH));

/** What our transport threw through the SDK. */
function findLlmError(error: unknown): LlmError | undefined {
  for (let at = error, depth = 0; depth < 4; depth++) {
    if (LlmError.is(at)) return at;
    if (!(at instanceof Error)) return undefined;
    at = at.cause;
  }
  return undefined;
}

/** The same error, unless something of what it says has to be hidden, or it knows less than the target (`provider`). */
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

/** What an error and its causes say, in short and without secrets. */
export function reasonOf(error: unknown, secrets: readonly string[]): string {
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < 4; at = at.cause) texts.push(at.message);
  const said = [...new Set(texts.filter((text) => text !== ''))].join(': ');
  return cutAndRedact(said === '' ? nameOf(error) : said, secrets, MAX_BODY_LENGTH);
}

/** A thrown object may have no words at all: `String` throws for one without a prototype. */
const nameOf = (error: unknown): string => {
  if (error instanceof Error) return error.name;
  return typeof error === 'string' ? error : safeJson(error);
};

/** Node puts `ECONNREFUSED` and its kin on the innermost cause. */
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

/** The beginning of a text. What is cut first may lose the half by which a secret is known, so it is cut last. */
function cutAndRedact(text: string, secrets: readonly (string | undefined)[], longest: number): string {
  const margin = Math.max(longest, ...secrets.map((secret) => (secret?.length ?? 0) * 4));
  return truncateText(redact(truncateText(text, longest + margin), secrets), longest);
}

/** Codes and ids are the vendor's words too: one may echo what was sent, or be no text at all. */
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
    // Circular, or deeper than the stack.
    return `an unreadable ${typeof value}`;
  }
}

/** What an error of one attempt is made with, besides the failure itself: known before anything has failed. */
export interface ErrorContext {
  /** `provider/model`. */
  readonly target: string;
  /** What was asked for: recoveries depend on it. Absent where a provider lists its models. */
  readonly request?: ModelRequest | undefined;
  /** Values that no error may show; filled in as they become known. */
  secrets: readonly string[];
  /** How to ask for another credential after a 401. */
  credential?: (() => Recovery | undefined) | undefined;
}

/** Of a page, markup included: its words stand at the front. */
const MAX_PAGE_LENGTH = 4096;
const MAX_PLAIN_TEXT_LENGTH = 200;

/** The words of a body that is not JSON, such as a proxy's page. SDKs put them behind the status, and have words for none. */
export function plainTextOf(message: string, status: number): string {
  const text = message.startsWith(`${status} `) ? message.slice(`${status} `.length) : message;
  if (text === 'status code (no body)') return '';
  const words = truncateText(text, MAX_PAGE_LENGTH).replace(/<[^<>]*>|\s+/g, ' ');
  return truncateText(words.trim(), MAX_PLAIN_TEXT_LENGTH);
}

/** A reader that stumbles has met a shape that it does not know: the response drifted, whatever the reader throws. */
export function driftError(error: unknown, target: string): LlmError {
  if (LlmError.is(error)) return error;
  const message = `${target} sent what its reader does not know`;
  return new LlmError('protocol', message, { target, path: '' }, { cause: error });
}

/** Of one text. Above what an error shows, so that a secret across its end is still known as one. */
const MAX_STRING_LENGTH = 16_384;
/** Of all texts together, names of members included. */
const MAX_TOTAL_LENGTH = 65_536;
const MAX_VALUES = 1000;
const MAX_DEPTH = 12;

/**
 * The body of a failure before anything looks at it: the same, with long texts and long lists cut. A vendor, a proxy or an
 * echo of the user's own input may fill megabytes, and expressions and serialisers would go through all of it, again and
 * again. Every wire reads what was reported through this.
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
