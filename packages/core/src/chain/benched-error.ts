import { LlmError } from '../contract/llm-error.ts';
import { END_OF_TIME, type Bench } from '../health/tracker.ts';

/** The code of an attempt that ended before it began, since its credential is benched. */
export const CREDENTIAL_BENCHED = 'credential-benched';

/** Why a benched target is passed over. It keeps the kind of what benched it, so that `LlmError.is` stays true. */
export function benchedError(
  target: string,
  bench: Pick<Bench, 'until' | 'error'> | undefined,
  now: number,
  ownCode?: string,
): LlmError {
  const { until = now, error } = bench ?? {};
  const what = ownCode === undefined ? target : `${target}, with this credential,`;
  const because = error === undefined ? 'by hand or by another process' : `after: ${error.message}`;
  const { status, code, requestId } = error?.details ?? {};
  return new LlmError(
    error?.kind ?? 'overloaded',
    `${what} is benched ${untilWhen(until)} ${because}`,
    { target, status, code: ownCode ?? code, requestId, retryAfterMs: Math.max(0, until - now) },
    { cause: error },
  );
}

const untilWhen = (until: number): string =>
  until < END_OF_TIME ? `until ${new Date(until).toISOString()}` : 'until it is unbenched';
