import type { Command } from 'commander';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';

/** Adds arguments, options and action to a command. The action loads the implementation, and passes its exit code to `done`. */
export type Define = (command: Command, io: Io, done: (code: ExitCode) => void) => void;
