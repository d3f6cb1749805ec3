import type { ErrorKind, LlmError } from '@majordomo/core';
import { isRecord, type WireFailure } from '@majordomo/core/toolkit';
import { truncateBody, wireError } from '@majordomo/wire-kit';

import { inBandKind } from './kind.ts';
import type { ReportedFailure } from './reported.ts';
import { withBodyWait } from './retry-after.ts';

/**
 * Reads `{ error: { message, code, type, param } }`, the same without its wrapper, `{ error: 'text' }`,
 * `{ detail: 'text' | [{ loc, msg }] }`, `{ errors: [...] }` and lists of any of these. A gateway's wrapped upstream
 * error (`metadata.raw`) is added to the message, since only it tells what went wrong.
 */
export function failureOf(body: unknown): ReportedFailure {
  const inner = unwrap(truncateBody(body));
  if (!isRecord(inner)) return { param: undefined, code: undefined, type: undefined, message: textOf(inner) };
  const upstream = upstreamText(inner['metadata']);
  const message = textOf(inner['message'] ?? inner['msg'] ?? inner['detail'] ?? inner['error']);
  return {
    status: statusOf(inner),
    code: wordOf(inner['code']) ?? wordOf(inner['error_code']),
    type: wordOf(inner['type']),
    param: wordOf(inner['param']) ?? extraField(inner['loc']),
    message:
      upstream === '' || message.includes(upstream) ? message : `${message}: ${upstream}`.replace(/^: /, ''),
  };
}

/**
 * An error that came in place of content. Its own code, or the status that it names, decides; `status` is the HTTP
 * status where the whole body is the error, since that one says nothing.
 */
export function inBandError(
  given: unknown,
  target: string,
  secrets: readonly string[],
  status?: number,
): LlmError {
  const body = truncateBody(given);
  const failure = failureOf(body);
  return wireError({
    ...failure,
    status,
    kind: inBandKind(failure),
    headers: withBodyWait(undefined, body),
    target,
    body,
    secrets,
  });
}

/**
 * An account's own rule stands against every host of the model: that is not a missing model, and the same account will not
 * do better with another one (OpenRouter, 2026: "No endpoints found matching your data policy"). Nor is the request passed
 * on to another vendor unasked: the rule says who may see it.
 */
export function accountRule(
  { message }: ReportedFailure,
  status: number,
): WireFailure & { kind?: ErrorKind } {
  return status === 404 && /data policy|guardrail|privacy settings/i.test(message)
    ? { kind: 'auth', code: 'account-policy' }
    : {};
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

function wrapped(record: Readonly<Record<string, unknown>>): unknown {
  const { error, errors, detail, base_resp: base } = record;
  if (isRecord(base) && error === undefined) return baseError(base);
  if (isRecord(error) || (typeof error === 'string' && record['message'] === undefined)) return error;
  if (Array.isArray(errors) && errors.length > 0) return errors;
  return Array.isArray(detail) && detail.length > 0 ? detail : undefined;
}

/** MiniMax: the error's code and words stand in a member of their own (2026). */
const baseError = ({
  status_code: code,
  status_msg: message,
}: Readonly<Record<string, unknown>>): object => ({
  type: 'base_resp',
  // Not `code` as a number: it is not an HTTP status.
  code: String(code),
  message,
});

function upstreamText(metadata: unknown): string {
  if (!isRecord(metadata)) return '';
  const { raw } = metadata;
  if (typeof raw !== 'string') return isRecord(raw) ? failureOf(raw).message : '';
  try {
    return failureOf(JSON.parse(raw)).message;
  } catch {
    return raw;
  }
}

/** Some errors inside a 200 carry the status that they would have had. */
function statusOf(record: Readonly<Record<string, unknown>>): number | undefined {
  const status = record['status_code'] ?? record['status'] ?? record['code'];
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

/** pydantic's `loc: ['body', 'seed']`: a member of the body itself, nothing deeper. */
const extraField = (loc: unknown): string | undefined =>
  Array.isArray(loc) && loc.length === 2 && loc[0] === 'body' ? wordOf(loc[1]) : undefined;

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
