import { LlmError, systemClock, type CallEvent, type Clock, type ErrorKind } from '@majordomo/core';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { reasonOf } from '../program/reason.ts';

/** Kinds of failures whose reason only the operator receives. */
const OPERATORS: readonly ErrorKind[] = ['config', 'auth', 'billing', 'not-found', 'protocol'];

/** Maximum number of printed reasons, because messages may differ for every call. */
const MAX_REASONS = 100;

/** Minimum time between two printed network failures of one target, in milliseconds. */
const NETWORK_MS = 60_000;

/** Listeners that print failures that only the operator can resolve. */
export interface FailurePrinter {
  readonly onEvent: (event: CallEvent) => void;
  readonly onError: (error: unknown) => void;
}

/** Creates listeners that print each reason once, but a target's network failures up to once a minute, because they recur. */
export function createFailurePrinter(
  { stderr }: Pick<Io, 'stderr'>,
  clock: Clock = systemClock,
): FailurePrinter {
  const reportedLines = new Set<string>();
  const networkTimes = new Map<string, number>();
  const print = (line: string): void => {
    stderr.write(`${printable(line)}\n`);
  };
  const report = (line: string): void => {
    if (reportedLines.has(line) || reportedLines.size >= MAX_REASONS) return;
    reportedLines.add(line);
    print(line);
  };
  return {
    onEvent(event) {
      if (event.type !== 'attempt-failed') return;
      const { kind, message } = event.error;
      if (OPERATORS.includes(kind)) report(`${kind}: ${message}`);
      if (kind !== 'network') return;
      const now = clock.now();
      if (now - (networkTimes.get(event.target) ?? -Infinity) < NETWORK_MS) return;
      networkTimes.set(event.target, now);
      print(`${kind}: ${message}`);
    },
    onError(error) {
      if (!LlmError.is(error)) report(reasonOf(error));
      // For every other error, `onEvent` has already handled an `attempt-failed` event.
      else if (error.kind === 'denied' || error.details.attempts.length === 0)
        report(`${error.kind}: ${error.message}`);
    },
  };
}
