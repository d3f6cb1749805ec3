import { LlmError, withDetails, type Attempt, type PartialResponse } from '../contract/llm-error.ts';

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
