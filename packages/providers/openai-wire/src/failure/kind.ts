import type { ErrorKind } from '@majordomo/core';
import { kindOf } from '@majordomo/core/toolkit';
import type { ReportedFailure } from './reported-failure.ts';

/** Error kinds by codes and types that core's table does not contain. */
const KINDS: readonly (readonly [RegExp, ErrorKind])[] = [
  // Codes of OpenAI's policies (`ResponseError` of openai 7.55; `cyber_policy`: several clients, 2026).
  [
    /^(?:cyber_policy|bio_policy|misalignment_policy_violation|image_content_policy_violation)$/,
    'content-filter',
  ],
  // Codes of the ChatGPT backend (2026).
  [/^usage_(?:limit_reached|not_included)$/, 'quota'],
  // Groq: the model wrote an invalid tool call, and a retry may succeed (reported by several clients, 2025-2026).
  [/^tool_use_failed$/, 'server'],
];

/** Error kinds by MiniMax's codes (list of error codes in its documentation, 2026). */
const BASE_KINDS: ReadonlyMap<string, ErrorKind> = new Map([
  ['1001', 'timeout'],
  ['1002', 'rate-limit'],
  ['1004', 'auth'],
  ['1008', 'billing'],
  ['1026', 'content-filter'],
  ['1027', 'content-filter'],
  ['1039', 'rate-limit'],
  ['2013', 'invalid-request'],
  ['2049', 'auth'],
]);

/** Returns the kind of a failure that is specific to these APIs; `undefined` if core's table applies. */
export function specificKind(failure: ReportedFailure): ErrorKind | undefined {
  const { code, type } = failure;
  if (isEffortWithTools(failure) || isRecordingTooLong(failure)) return 'unsupported';
  if (isUnverifiedAccount(failure)) return 'auth';
  if (type === 'base_resp') return BASE_KINDS.get(code ?? '') ?? 'server';
  const kindOfCode = (value = ''): ErrorKind | undefined =>
    KINDS.find(([pattern]) => pattern.test(value))?.[1];
  return kindOfCode(code) ?? kindOfCode(type);
}

/** Whether an OpenAI model rejected tools together with effort on Chat Completions (2026). Another target may accept both. */
export const isEffortWithTools = ({ message }: ReportedFailure): boolean =>
  /function tools with reasoning_effort are not supported/i.test(message);

/** Whether the vendor requires a verified organization (OpenAI, 2025). Another key may belong to a verified organization. */
const isUnverifiedAccount = ({ message }: ReportedFailure): boolean =>
  /^your organization must be verified/i.test(message);

/** Whether the recording is too long for the model (reports of January and August 2026). Another model may accept it. */
const isRecordingTooLong = ({ message }: ReportedFailure): boolean =>
  /^audio duration [\d.]+ seconds is longer than/i.test(message);

/** Returns the kind of an error inside a response. Without a status, type `invalid_request_error` means `invalid-request`. */
export function inBandKind(failure: ReportedFailure): ErrorKind {
  const kind = specificKind(failure) ?? kindOf(failure);
  const isInvalid = failure.status === undefined && /^invalid_request(?:_error)?$/.test(failure.type ?? '');
  return kind === 'server' && isInvalid && failure.code !== 'tool_use_failed' ? 'invalid-request' : kind;
}
