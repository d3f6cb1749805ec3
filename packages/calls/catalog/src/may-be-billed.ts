import type { Attempt, ErrorKind, Usage } from '@majordomo/core';
import { isNotConnected } from '@majordomo/core/toolkit';

/**
 * Whether the vendor may bill an attempt that has reported no usage. Such an attempt counts with its maximum cost, because its end is not
 * known: the connection was lost, a time limit or an abort ended the attempt, or the vendor failed after its response had begun.
 *
 * Returns `false` if the attempt proves that nothing is billed. Its request was not sent, or the vendor returned an error status instead of a
 * response. The statuses with which a proxy reports that it has lost the vendor's response prove nothing.
 */
export function mayBeBilled({
  outcome,
  error,
  stopped,
}: Pick<Attempt, 'outcome' | 'error' | 'stopped'>): boolean {
  if (outcome === 'skipped') return false;
  if (error === undefined || stopped === true) return true;
  const { kind, details } = error;
  const { status, code, phase, partial } = details;
  if (partial !== undefined || kind === 'content-filter') return true;
  if (status !== undefined) return status < 300 || LOST_RESPONSE.has(status);
  // `phase` names an exceeded time limit. Here, `stopped` is not set: the limit ended the attempt before it called the provider.
  if (phase !== undefined) return false;
  return AFTER_SENDING.has(kind) && !isNotConnected(code);
}

/**
 * Whether the vendor may bill an attempt that did not finish for more than its usage states: its usage is missing and the
 * attempt may be billed, or its usage lacks a count. Anthropic, for example, reports the input at the start of a stream and the
 * output at its end. Such an attempt counts with its maximum cost, unless `costOf` returns a known cost, such as one that the
 * vendor reported.
 */
export function costsMaximum(
  attempt: Pick<Attempt, 'outcome' | 'error' | 'stopped'>,
  usage: Usage | undefined,
): boolean {
  if (attempt.outcome === 'finished') return false;
  return usage === undefined ? mayBeBilled(attempt) : isIncomplete(usage);
}

/** Units, such as the characters of a speech, complete a usage only if the price is per unit. Then the cost is known without its maximum. */
const isIncomplete = ({ input, output }: Usage): boolean => input === undefined || output === undefined;

/** Statuses of proxies that received no response, or none in time, including those of Cloudflare. */
const LOST_RESPONSE: ReadonlySet<number> = new Set([408, 499, 502, 504, 520, 524]);

/** Kinds of failures without a status that can occur after the request was sent. */
const AFTER_SENDING: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'network',
  'timeout',
  'server',
  'overloaded',
  'protocol',
  'truncated',
  'empty',
  'invalid-output',
]);
