import type { Command } from 'commander';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';

/**
 * Gives a command its arguments, options and action. The action loads what does the work, and tells its exit code by `done`.
 */
export type Define = (command: Command, io: Io, done: (code: ExitCode) => void) => void;
