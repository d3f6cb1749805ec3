import type { ErrorKind, FinishReason } from '@majordomo/core';
import type { ReportedFailure } from '../failure/reported.ts';
import { inBandKind, namedKind } from '../failure/kind.ts';
import type { ResponsesBody } from './wire.ts';

/** The wire's status, with the reason of an incomplete answer behind a colon. */
export function rawFinish({ status, incomplete_details: details }: ResponsesBody): string | undefined {
  if (typeof status !== 'string') return undefined;
  return status === 'incomplete' && typeof details?.reason === 'string'
    ? `${status}:${details.reason}`
    : status;
}

const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['completed', 'stop'],
  ['incomplete:max_output_tokens', 'length'],
  ['incomplete:content_filter', 'content-filter'],
]);

/** The reason that a status stands for; `other` for one that nobody knows and for an answer that is still made. */
export const finishReason = (raw: string | undefined): FinishReason => REASONS.get(raw) ?? 'other';

/** Further codes of a failed response (openai 7.55, `ResponseError`). */
const KINDS: readonly (readonly [RegExp, ErrorKind])[] = [
  [/image|^data_residency_mismatch$|^invalid_prompt$/, 'invalid-request'],
  [/timeout/, 'timeout'],
];

/** The kind of a response that failed. */
export function failedKind(failure: ReportedFailure): ErrorKind {
  const { code, type, message } = failure;
  const word = code ?? type ?? '';
  if (word === 'invalid_prompt' && /flagged|polic|violat/i.test(message)) return 'content-filter';
  return namedKind(failure) ?? KINDS.find(([pattern]) => pattern.test(word))?.[1] ?? inBandKind(failure);
}
