import type { Command } from 'commander';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';

/** Function that adds arguments, options and action to a command. The action passes the exit code to `done`. */
export type Define = (command: Command, io: Io, done: (code: ExitCode) => void) => void;
