import { LlmError } from '../contract/llm-error.ts';
import type { Attempt, PartialResponse } from '../contract/llm-error.ts';

/** The end of a chain: names every target, what it answered, and for benched ones until when. */
export function exhausted(
  spec: string,
  attempts: readonly Attempt[],
  partial: PartialResponse | undefined,
  soonestMs: number | undefined,
): LlmError {
  const lines = attempts.map(({ target, error }) => `${target}: ${told(target, error)}`);
  const message = `no target of "${spec}" answered: ${lines.join('; ') || 'it names none'}`;
  const cause = attempts.findLast(({ error }) => error !== undefined)?.error;
  return new LlmError('exhausted', message, { attempts, partial, retryAfterMs: soonestMs }, { cause });
}

/** Messages of attempts begin with their target: not twice in one line. */
function told(target: string, error: LlmError | undefined): string {
  if (error === undefined) return 'no answer';
  const said = error.message.startsWith(`${target} `)
    ? error.message.slice(target.length + 1)
    : error.message;
  return `${error.kind}, ${said}`;
}

/** Why a benched target is passed over. It keeps the kind of what benched it, so that `LlmError.is` stays true. */
export function benchedError(
  target: string,
  until: number,
  error: LlmError | undefined,
  now: number,
): LlmError {
  const retryAfterMs = Math.max(0, until - now);
  const because = error === undefined ? 'by hand or by another process' : `after: ${error.message}`;
  const message = `${target} is benched until ${new Date(until).toISOString()} ${because}`;
  const { status, code, requestId } = error?.details ?? {};
  return new LlmError(
    error?.kind ?? 'overloaded',
    message,
    { target, status, code, requestId, retryAfterMs },
    { cause: error },
  );
}
