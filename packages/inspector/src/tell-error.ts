import { cutText, type LlmError } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { ToldError } from './feed-types.ts';

const LONGEST = 4000;
const MOST_CAUSES = 5;
const FACTS = ['status', 'code', 'requestId', 'retryAfterMs', 'shouldRetry', 'phase', 'path'] as const;

/** An error with all that is known of it, without secrets; what the model had said is left out, and told as content or not at all. */
export function tellError(error: LlmError, redactor: Redactor): ToldError {
  const told = (text: string): string => cutText(redactor.text(text), LONGEST);
  const { details } = error;
  const facts = FACTS.flatMap((name) => {
    const value = details[name];
    return value === undefined ? [] : [[name, told(String(value))] as const];
  });
  const issues = (details.issues ?? []).map(
    ({ path, message }) => ['issue', told(`${path.map(String).join('.')}: ${message}`)] as const,
  );
  return {
    kind: error.kind,
    message: told(error.message),
    facts: [...facts, ...issues.slice(0, 10)],
    ...(details.body !== undefined && { body: told(details.body) }),
    causes: causesOf(error.cause).map(told),
  };
}

/** Each in one line; a circle ends by the bound. */
function causesOf(first: unknown): readonly string[] {
  const causes: string[] = [];
  for (let cause = first; cause instanceof Error && causes.length < MOST_CAUSES; cause = cause.cause)
    causes.push(`${cause.name}: ${cause.message}`);
  return causes;
}
