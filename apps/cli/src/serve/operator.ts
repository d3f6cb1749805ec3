import { LlmError, type CallEvent, type ErrorKind } from '@majordomo/core';
import type { Io } from '../io.ts';
import { printable } from '../paint.ts';
import { reasonOf } from '../reason.ts';

/** Kinds of failures whose reason only the operator receives. */
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
  const reportedLines = new Set<string>();
  const report = (line: string): void => {
    if (reportedLines.has(line) || reportedLines.size >= MAX_REASONS) return;
    reportedLines.add(line);
    stderr.write(`${printable(line)}\n`);
  };
  return {
    onEvent(event) {
      if (event.type === 'attempt-failed' && OPERATORS.includes(event.error.kind))
        report(`${event.error.kind}: ${event.error.message}`);
    },
    onError(error) {
      if (!LlmError.is(error)) report(reasonOf(error));
      // `attempt-failed` has reported every other error of an attempt.
      else if (error.kind === 'denied' || error.details.attempts.length === 0)
        report(`${error.kind}: ${error.message}`);
    },
  };
}
