import type { Command } from 'commander';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';

/** Converts a function that returns the exit code of a command to an action of commander. */
export type Run = <Args extends readonly unknown[]>(
  action: (...args: Args) => Promise<ExitCode>,
) => (...args: Args) => Promise<void>;

/** Function that adds arguments, options and action to a command. */
export type Define = (command: Command, io: Io, run: Run) => void;
