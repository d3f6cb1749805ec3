import type { ErrorKind } from '@majordomo/core';
import { kindOf } from '@majordomo/core/toolkit';
import type { ReportedFailure } from './reported.ts';

/** Codes and types of these wires that the shared table does not know. */
const KINDS: readonly (readonly [RegExp, ErrorKind])[] = [
  // OpenAI's policies, before and inside of an answer (openai 7.55, `ResponseError`; `cyber_policy`: several clients, 2026).
  [
    /^(?:cyber_policy|bio_policy|misalignment_policy_violation|image_content_policy_violation)$/,
    'content-filter',
  ],
  // The ChatGPT backend (2026).
  [/^usage_(?:limit_reached|not_included)$/, 'quota'],
  // Groq: the model wrote a call that cannot be read. It may write another one (several clients, 2025-2026).
  [/^tool_use_failed$/, 'server'],
];

/** MiniMax's own numbers (its list of error codes, 2026). */
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

/** The kind that a failure names in words of these wires; `undefined`: the shared tables know. */
export function namedKind(failure: ReportedFailure): ErrorKind | undefined {
  const { code, type } = failure;
  if (isEffortBesideTools(failure) || isTooLong(failure)) return 'unsupported';
  if (isUnverified(failure)) return 'auth';
  if (type === 'base_resp') return BASE_KINDS.get(code ?? '') ?? 'server';
  const named = (word = ''): ErrorKind | undefined => KINDS.find(([pattern]) => pattern.test(word))?.[1];
  return named(code) ?? named(type);
}

/** Over Chat Completions late models of OpenAI take tools or effort, not both; another target may take both (2026). */
export const isEffortBesideTools = ({ message }: ReportedFailure): boolean =>
  /function tools with reasoning_effort are not supported/i.test(message);

/** An account that another key may not share (OpenAI, 2025). */
const isUnverified = ({ message }: ReportedFailure): boolean =>
  /^your organization must be verified/i.test(message);

/** Another model may take longer recordings (reports of January and August 2026). */
const isTooLong = ({ message }: ReportedFailure): boolean =>
  /^audio duration [\d.]+ seconds is longer than/i.test(message);

/** The kind of a failure inside of an answer, where no status says anything: who blames the request means it. */
export function inBandKind(failure: ReportedFailure): ErrorKind {
  const kind = namedKind(failure) ?? kindOf(failure);
  const blames = failure.status === undefined && /^invalid_request(?:_error)?$/.test(failure.type ?? '');
  return kind === 'server' && blames && failure.code !== 'tool_use_failed' ? 'invalid-request' : kind;
}
