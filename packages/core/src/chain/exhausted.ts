import { LlmError, withDetails, type Attempt, type PartialResponse } from '../contract/llm-error.ts';
import { END_OF_TIME, type Bench } from '../health/tracker.ts';

/** The code of an attempt that ended before it began, since its credential is benched. */
export const CREDENTIAL_BENCHED = 'credential-benched';

/**
 * The end of a chain. Of several targets it names every one, what it answered, and for benched ones until when; of a
 * single target it is that target's own error.
 */
export function exhausted(
  spec: string,
  targets: readonly string[],
  attempts: readonly Attempt[],
  partial: PartialResponse | undefined,
  soonestMs: number | undefined,
): LlmError {
  const cause = attempts.findLast(({ error }) => error !== undefined)?.error;
  const retryAfterMs = soonestMs ?? cause?.details.retryAfterMs;
  if (targets.length === 1 && cause !== undefined) {
    return withDetails(cause, { attempts, partial: cause.details.partial ?? partial, retryAfterMs });
  }
  const told = attempts.map(({ target, error }) => `${target}: ${saidBy(target, error)}`);
  const lines = [...new Set(told)].map((line) => {
    const times = told.filter((other) => other === line).length;
    return times === 1 ? line : `${line} (${times} times)`;
  });
  const message = `no target of "${spec}" answered: ${lines.join('; ') || 'it names none'}`;
  const { status, code, requestId, body } = cause?.details ?? {};
  return new LlmError(
    'exhausted',
    message,
    { attempts, partial, retryAfterMs: soonestMs, status, code, requestId, body },
    { cause },
  );
}

/** Messages of attempts begin or end with their target: not twice in one line. */
function saidBy(target: string, error: LlmError | undefined): string {
  if (error === undefined) return 'no answer';
  const said = error.message.startsWith(`${target} `)
    ? error.message.slice(target.length + 1)
    : error.message.replace(` to ${target}`, '');
  return `${error.kind}, ${said}`;
}

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
