import {
  LlmError,
  messageOf,
  systemClock,
  type CallEvent,
  type Clock,
  type ErrorKind,
} from '@majordomo/core';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { reasonOf } from '../program/reason.ts';

/** Kinds of failures whose reason only the operator receives. */
const OPERATORS: readonly ErrorKind[] = ['config', 'auth', 'billing', 'not-found', 'protocol'];
/** Maximum number of printed lines, because messages may differ for every call. */
const MAX_LINES = 100;
/** Minimum time between two equal lines about failures that recur, in milliseconds. */
const RECURRING_MS = 60_000;

/** Listeners that print failures that only the operator can resolve. */
export interface FailurePrinter {
  readonly onEvent: (event: CallEvent) => void;
  readonly onError: (error: unknown) => void;
}

/** Creates listeners that print each reason once, but a target's network failures up to once a minute, because they recur. */
export function createFailurePrinter(io: Pick<Io, 'stderr'>, clock: Clock = systemClock): FailurePrinter {
  const print = limitedPrinter(io, Infinity, clock);
  const printNetwork = limitedPrinter(io, RECURRING_MS, clock);
  return {
    onEvent(event) {
      if (event.type !== 'attempt-failed') return;
      const { kind, message } = event.error;
      if (OPERATORS.includes(kind)) print(`${kind}: ${message}`);
      if (kind === 'network') printNetwork(`${kind}: ${message}`, event.target);
    },
    onError(error) {
      if (!LlmError.is(error)) print(reasonOf(error));
      // For every other error, `onEvent` has already handled an `attempt-failed` event.
      else if (error.kind === 'denied' || error.details.attempts.length === 0)
        print(`${error.kind}: ${error.message}`);
    },
  };
}

/** Returns a listener that prints each failure of an MCP server up to once a minute, because clients cause them at any rate. */
export function mcpErrorPrinter(
  io: Pick<Io, 'stderr'>,
  clock: Pick<Clock, 'now'> = systemClock,
): (error: unknown, about: { readonly server: string }) => void {
  const print = limitedPrinter(io, RECURRING_MS, clock);
  return (error, { server }) => print(`mcp ${server}: ${messageOf(error)}`);
}

/** Returns a function that prints at most `MAX_LINES` lines in `periodMs`, and one line for each subject. */
function limitedPrinter(
  { stderr }: Pick<Io, 'stderr'>,
  periodMs: number,
  clock: Pick<Clock, 'now'>,
): (line: string, subject?: string) => void {
  const printedAt = new Map<string, number>();
  return (line, subject = line) => {
    const now = clock.now();
    for (const [printed, at] of printedAt) if (now - at >= periodMs) printedAt.delete(printed);
    if (printedAt.has(subject) || printedAt.size >= MAX_LINES) return;
    printedAt.set(subject, now);
    stderr.write(`${printable(line)}\n`);
  };
}
