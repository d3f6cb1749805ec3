import { LlmError, type CallEvent, type ErrorKind } from '@majordomo/core';
import type { Io } from '../io.ts';
import { printable } from '../paint.ts';
import { reasonOf } from '../reason.ts';

/** Kinds of failures whose reason clients do not receive. */
const OPERATORS: readonly ErrorKind[] = ['config', 'auth', 'billing', 'not-found', 'protocol', 'network'];

/** Maximum number of printed reasons, because messages may differ for every call. */
const MAX_REASONS = 100;

/** Prints failures that only the operator can resolve. */
export interface Operator {
  readonly onEvent: (event: CallEvent) => void;
  readonly onError: (error: unknown) => void;
}

/** Prints each reason once. */
export function createOperator({ stderr }: Pick<Io, 'stderr'>): Operator {
  const told = new Set<string>();
  const tell = (line: string): void => {
    if (told.has(line) || told.size >= MAX_REASONS) return;
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
