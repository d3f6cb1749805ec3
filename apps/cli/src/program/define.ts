import type { Command } from 'commander';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';

/** Converts a function that returns the exit code of a command to an action of commander. */
export type Run = <Args extends readonly unknown[]>(
  action: (...args: Args) => Promise<ExitCode>,
) => (...args: Args) => Promise<void>;

/** Function that adds arguments, options and action to a command. */
export type Define = (command: Command, io: Io, run: Run) => void;

/** Returns a function that adds a subcommand for the store of a gateway, or for a running gateway. `store`: description of `--store`. */
export const gatewaySubcommands =
  (command: Command, store: string) =>
  (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option('--store <file|postgres://…|redis://…>', store)
      .option('--url <address>', 'address of a running gateway')
      .option('--json', 'print one JSON document');
