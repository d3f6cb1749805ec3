import { messageOf, systemClock, type Clock } from '@majordomo/core';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';

/** Time in which the same line is printed once, and at most `MAX_LINES` lines are printed, in milliseconds. */
const PERIOD_MS = 60_000;
const MAX_LINES = 100;

/** Returns a listener that prints failures of MCP servers. It limits the lines, because clients cause failures at any rate. */
export function mcpErrorPrinter(
  { stderr }: Pick<Io, 'stderr'>,
  clock: Pick<Clock, 'now'> = systemClock,
): (error: unknown, about: { readonly server: string }) => void {
  const printed = new Set<string>();
  let since = -Infinity;
  return (error, { server }) => {
    if (clock.now() - since >= PERIOD_MS) {
      since = clock.now();
      printed.clear();
    }
    const line = `mcp ${server}: ${printable(messageOf(error))}\n`;
    if (printed.has(line) || printed.size >= MAX_LINES) return;
    printed.add(line);
    stderr.write(line);
  };
}
