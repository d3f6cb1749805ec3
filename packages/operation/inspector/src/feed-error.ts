import { truncateText, type LlmError } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { FeedError } from './feed-types.ts';

const MAX_LENGTH = 4000;
const MAX_CAUSES = 5;
const FACTS = ['status', 'code', 'requestId', 'retryAfterMs', 'shouldRetry', 'phase', 'path'] as const;

/** Converts an error and its details, and redacts them. Omits the partial response, because `content` may be off. */
export function toFeedError(error: LlmError, redactor: Redactor): FeedError {
  const masked = (text: string): string => truncateText(redactor.text(text), MAX_LENGTH);
  const { details } = error;
  const facts = FACTS.flatMap((name) => {
    const value = details[name];
    return value === undefined ? [] : [[name, masked(String(value))] as const];
  });
  const issues = (details.issues ?? []).map(
    ({ path, message }) => ['issue', masked(`${path.map(String).join('.')}: ${message}`)] as const,
  );
  return {
    kind: error.kind,
    message: masked(error.message),
    facts: [...facts, ...issues.slice(0, 10)],
    body: details.body === undefined ? undefined : masked(details.body),
    causes: causesOf(error.cause).map(masked),
  };
}

/** Returns one line per cause, at most `MAX_CAUSES`, because causes may form a cycle. */
function causesOf(first: unknown): readonly string[] {
  const causes: string[] = [];
  for (let cause = first; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause)
    causes.push(`${cause.name}: ${cause.message}`);
  return causes;
}
