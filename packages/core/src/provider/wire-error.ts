import { kindOf, type WireFailure } from '../error/classify.ts';
import type { ErrorKind } from '../error/kind.ts';
import { LlmError, type ErrorDetails } from '../error/llm-error.ts';
import { retryAfterMs, type HeaderReader } from '../error/retry-after.ts';
import { redact } from '../error/secret.ts';

/** What is known of a failure that a wire reported. */
export interface WireErrorFacts extends WireFailure {
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

const LONGEST_BODY = 2000;

/** A failure that a wire reported, as the one error: classified, without secrets, with its cause. */
export function wireError(facts: WireErrorFacts): LlmError {
  const { target, status, secrets = [], headers } = facts;
  const kind = facts.kind ?? kindOf(facts);
  const said = redact(facts.message ?? '', secrets).trim();
  const message = `${target} answered ${status ?? 'with an error'}${said === '' ? '' : `: ${said}`}`;
  return new LlmError(
    kind,
    message,
    {
      target,
      status,
      code: status === 413 ? 'too-large' : (facts.code ?? facts.type),
      requestId: facts.requestId,
      retryAfterMs: retryAfterMs(headers, Date.now()),
      body: bodyText(facts.body, secrets),
      recover: facts.recover,
    },
    { cause: cleanCause(facts.cause, secrets) },
  );
}

/** The transport broke: refused, reset, cut, or a body that is no JSON. */
export function transportError(error: unknown, target: string, secrets: readonly string[] = []): LlmError {
  if (LlmError.is(error)) return error;
  const cause = cleanCause(error, secrets);
  if (error instanceof SyntaxError) {
    return new LlmError('protocol', `${target} sent broken JSON`, { target, path: '' }, { cause });
  }
  return new LlmError(
    'network',
    `no connection to ${target}: ${reason(error, secrets)}`,
    { target, code: codeOf(error) },
    { cause },
  );
}

function reason(error: unknown, secrets: readonly string[]): string {
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < 4; at = at.cause) texts.push(at.message);
  return redact([...new Set(texts.filter((text) => text !== ''))].join(': ') || String(error), secrets);
}

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
  return redact(text.slice(0, LONGEST_BODY), secrets);
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}

/** SDK errors carry the vendor's text, which may echo the key: such a cause is replaced by a clean one. */
function cleanCause(cause: unknown, secrets: readonly (string | undefined)[]): unknown {
  if (!(cause instanceof Error)) return cause;
  const shown = `${cause.message} ${cause.stack ?? ''} ${safeJson(cause)}`;
  if (redact(shown, secrets) === shown) return cause;
  const clean = new Error(redact(cause.message, secrets));
  clean.name = cause.name;
  clean.stack = redact(cause.stack ?? '', secrets);
  return clean;
}
