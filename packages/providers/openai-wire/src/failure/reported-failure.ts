import type { ErrorKind } from '@majordomo/core';
import { asNumber, asRecord, isRecord, type WireFailure } from '@majordomo/core/toolkit';
import { type HeaderReader, truncateBody, tryParseJson } from '@majordomo/wire-kit';

/** Content of an error body of any known form. */
export interface ReportedFailure extends WireFailure {
  /** Property of the request body that caused the error. */
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly message: string;
}

/**
 * Parses an error body: `{ error: { message, code, type, param } }`, the inner object alone, `{ error: 'text' }`, `{ detail:
 * 'text' | [{ loc, msg }] }`, `{ errors: [...] }`, or an array of any of these. Adds the upstream error of a gateway
 * (`metadata.raw`) to the message, because only that error states the cause.
 */
export function parseFailure(body: unknown): ReportedFailure {
  const inner = unwrap(truncateBody(body));
  if (!isRecord(inner)) return { param: undefined, code: undefined, type: undefined, message: textOf(inner) };
  const upstream = upstreamMessage(inner['metadata']);
  const message = textOf(inner['message'] ?? inner['msg'] ?? inner['detail'] ?? inner['error']);
  return {
    status: statusOf(inner),
    code: codeOf(inner['code']) ?? codeOf(inner['error_code']),
    type: codeOf(inner['type']),
    param: codeOf(inner['param']) ?? rejectedField(inner['loc']),
    message:
      upstream === '' || message.includes(upstream) ? message : `${message}: ${upstream}`.replace(/^: /, ''),
  };
}

/**
 * Returns kind `auth` if an account policy caused a 404 (OpenRouter, 2026: "No endpoints found matching your data policy"). With
 * this kind, the chain tries no other vendor by default, because the policy restricts the vendors that may receive the request.
 */
export function accountPolicyFailure(
  { message }: ReportedFailure,
  status: number,
): WireFailure & { kind?: ErrorKind } {
  return status === 404 && /data policy|guardrail|privacy settings/i.test(message)
    ? { kind: 'auth', code: 'account-policy' }
    : {};
}

/**
 * Returns headers with a `retry-after` from the error body: `resets_in_seconds`, or `resets_at` in seconds since the epoch
 * (ChatGPT backend, 2026). If the headers already contain `retry-after`, returns them unchanged.
 */
export function withBodyWait(headers: HeaderReader | undefined, body: unknown): HeaderReader | undefined {
  const outer = asRecord(body);
  const { resets_in_seconds, resets_at } = isRecord(outer['error']) ? outer['error'] : outer;
  const seconds = asNumber(resets_in_seconds);
  const epoch = asNumber(resets_at);
  const wait =
    seconds?.toString() ?? (epoch === undefined ? undefined : new Date(epoch * 1000).toUTCString());
  if (wait === undefined) return headers;
  return {
    get: (name) => headers?.get(name) ?? (name.toLowerCase() === 'retry-after' ? wait : null),
  };
}

function unwrap(body: unknown): unknown {
  let inner = body;
  for (let depth = 0; depth < 4; depth++) {
    if (Array.isArray(inner)) {
      inner = inner[0];
      continue;
    }
    if (!isRecord(inner)) break;
    const next = wrapped(inner);
    if (next === undefined) break;
    inner = next;
  }
  return inner;
}

/** Returns the error inside the record; `undefined` if the record is the error itself. */
function wrapped(record: Readonly<Record<string, unknown>>): unknown {
  const { error, errors, detail, base_resp: base } = record;
  if (isRecord(base) && error === undefined) return baseError(base);
  // Next to a message, a text in `error` is only the name of the failure.
  const isText = typeof error === 'string' && record['message'] === undefined;
  if (isText || isRecord(error)) return error;
  if (Array.isArray(errors) && errors.length > 0) return errors;
  return Array.isArray(detail) && detail.length > 0 ? detail : undefined;
}

/** Converts MiniMax's `base_resp` (2026). Its code becomes a string, so that it is not treated as an HTTP status. */
const baseError = ({ status_code, status_msg }: Readonly<Record<string, unknown>>): object => ({
  type: 'base_resp',
  code: String(status_code),
  message: status_msg,
});

function upstreamMessage(metadata: unknown): string {
  if (!isRecord(metadata)) return '';
  const { raw } = metadata;
  if (typeof raw !== 'string') return isRecord(raw) ? parseFailure(raw).message : '';
  return parseFailure(tryParseJson(raw) ?? raw).message;
}

/** Returns the HTTP status that some servers put into the error of a response with status 200. */
function statusOf(record: Readonly<Record<string, unknown>>): number | undefined {
  const status = record['status_code'] ?? record['status'] ?? record['code'];
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

/** Returns the rejected property from pydantic's `loc: ['body', 'seed']`; `undefined` for a nested property. */
const rejectedField = (loc: unknown): string | undefined =>
  Array.isArray(loc) && loc.length === 2 && loc[0] === 'body' ? codeOf(loc[1]) : undefined;

function codeOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
