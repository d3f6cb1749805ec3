import type { ErrorKind, FinishReason } from '@majordomo/core';
import type { ReportedFailure } from '../failure/reported-failure.ts';
import { inBandKind, specificKind } from '../failure/kind.ts';
import type { ResponsesBody } from './wire.ts';

/** Returns the status of a response. For an incomplete response, appends the reason after a colon. */
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

/** Returns the finish reason for a status; `other` for an unknown status and for a response in progress. */
export const finishReason = (raw: string | undefined): FinishReason => REASONS.get(raw) ?? 'other';

/** Error kinds by codes of a failed response that core's table does not contain (`ResponseError` of openai 7.55). */
const KINDS: readonly (readonly [RegExp, ErrorKind])[] = [
  [/image|^data_residency_mismatch$|^invalid_prompt$/, 'invalid-request'],
  [/timeout/, 'timeout'],
];

/** Returns the error kind of a response with the status `failed`. */
export function failedKind(failure: ReportedFailure): ErrorKind {
  const { code, type, message } = failure;
  const name = code ?? type ?? '';
  if (name === 'invalid_prompt' && /flagged|polic|violat/i.test(message)) return 'content-filter';
  return specificKind(failure) ?? KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? inBandKind(failure);
}
