import { whyNodeTooOld } from '@majordomo/core/toolkit';
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.ts';
import type { Run } from './program/define.ts';
import { EXIT, type ExitCode } from './program/exit.ts';
import type { Io } from './program/io.ts';
import { commandVersion } from './version.ts';

/** First version of Node that runs the command. The `engines` of the package contain the same version. */
export const LEAST_NODE = '22.12';

/** Runs a command line and returns the exit code. Only the code of the called command is loaded. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const run: Run =
    (action) =>
    async (...args) => {
      code = await action(...args);
    };
  const problem = whyNodeTooOld('majordomo', LEAST_NODE, io.nodeVersion);
  if (problem !== undefined) {
    io.stderr.write(`${problem}\n`);
    return EXIT.failed;
  }
  try {
    if (argv.length === 0) {
      const { welcome } = await import('./chat/unconfigured.ts');
      const result = await welcome(io);
      if (result !== undefined) return result;
    }
    const program = await programFor(commandNameIn(argv), io, run);
    await program.parseAsync(argv.length === 0 ? ['help'] : argv, { from: 'user' });
    return io.signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { printError } = await import('./terminal/print-error.ts');
    return printError(error, io);
  }
}

/** Returns the command's name: the first argument that is not an option or `help`. Options before the name have no values. */
function commandNameIn(argv: readonly string[]): string | undefined {
  const [first, second] = argv.filter((word) => !word.startsWith('-'));
  return first === 'help' ? second : first;
}

/** Creates the program with the names of all commands, and with the options of the called command. */
async function programFor(called: string | undefined, io: Io, run: Run): Promise<Command> {
  const program = new Command('majordomo')
    .description('Calls chains of language models with automatic failover.')
    .version(commandVersion())
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(run majordomo --help for more information)')
    .addHelpText(
      'after',
      '\nTry it without a key: majordomo demo. Check the configuration: majordomo doctor.',
    );
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name).description(description);
    if (name === called) (await load()).define(command, io, run);
  }
  return program;
}
