import { LlmError, type CallEvent, type ErrorKind } from '@majordomo/core';
import type { Io } from '../io.ts';
import { printable } from '../paint.ts';
import { reasonOf } from '../reason.ts';

/** Kinds of failures whose reason clients do not receive. */
const OPERATORS: readonly ErrorKind[] = ['config', 'auth', 'billing', 'not-found', 'protocol', 'network'];

/** Messages may differ in every call. */
const MOST_REASONS = 100;

/** Whoever serves, and reads why calls fail that only the operator, or a new version, can fix. */
export interface Operator {
  readonly onEvent: (event: CallEvent) => void;
  readonly onError: (error: unknown) => void;
}

/** Tells each reason once. */
export function operatorAt({ stderr }: Pick<Io, 'stderr'>): Operator {
  const told = new Set<string>();
  const tell = (line: string): void => {
    if (told.has(line) || told.size >= MOST_REASONS) return;
    told.add(line);
    stderr.write(`${printable(line)}\n`);
  };
  return {
    onEvent(event) {
      if (event.type === 'attempt-failed' && OPERATORS.includes(event.error.kind))
        tell(`${event.error.kind}: ${event.error.message}`);
    },
    onError(error) {
      if (!LlmError.is(error)) tell(reasonOf(error));
      // `attempt-failed` has reported every other error of an attempt.
      else if (error.kind === 'denied' || error.details.attempts.length === 0)
        tell(`${error.kind}: ${error.message}`);
    },
  };
}
