import type { Command } from 'commander';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';
import type { RunFlags, VerdictFlags } from './run-replay.ts';

const CODES = `
Exit codes: 0 pass, 1 fail, 2 usage or an invalid file, 3 inconclusive, 4 incomplete or no report.
Needs @majordomo/replay.`;

/** Adds the options of a command that returns a verdict. */
const withVerdict = (command: Command): Command =>
  command
    .option(
      '--min-quality <n>',
      'minimum quality; 1 is as good as the recorded answers; default: 0.95',
      Number,
    )
    .option('--max-cost <n>', 'maximum cost relative to the present model, such as 0.8', Number)
    .option('--report <file>', 'write a report: .md, .html or .json; may be repeated', collect)
    .option('--content', 'add examples with the content of calls to .html reports')
    .option('--allow-inconclusive', 'exit with 0 for an inconclusive verdict');

const withFolder = (command: Command): Command =>
  command.option('--folder <folder>', 'folder of the files; default: replays');

export const define: Define = (command, io, run) => {
  command.addHelpText('after', CODES);
  withFolder(command.command('plan'))
    .description('draw the sample, and state its cost and precision; sends nothing')
    .argument('<file>', 'module whose default export is an experiment')
    .action(
      run(async (file: string, flags: RunFlags) => (await import('./run-replay.ts')).plan(file, flags, io)),
    );
  withFolder(withVerdict(command.command('run')))
    .description('run an experiment, or continue it')
    .argument('<file>', 'module whose default export is an experiment')
    .option('--budget <usd>', 'maximum cost of all runs, in dollars')
    .option('--concurrency <n>', 'number of calls at the same time; default: 16', Number)
    .action(
      run(async (file: string, flags: RunFlags) => (await import('./run-replay.ts')).run(file, flags, io)),
    );
  withFolder(withVerdict(command.command('show')))
    .description('print the report of the stored answers')
    .argument('<name>')
    .action(
      run(async (name: string, flags: VerdictFlags) =>
        (await import('./run-replay.ts')).show(name, flags, io),
      ),
    );
  withFolder(command.command('label'))
    .description('decide pairs of answers about which the judge is in doubt')
    .argument('<name>')
    .option('--by <name>', 'your name, which is stored; default: the name of the user')
    .action(
      run(async (name: string, flags: { readonly folder?: string; readonly by?: string }) =>
        (await import('./label-replay.ts')).label(name, flags, io),
      ),
    );
  withFolder(command.command('remove'))
    .description('delete the files of an experiment, which contain calls')
    .argument('<name>')
    .action(
      run(async (name: string, flags: VerdictFlags) =>
        (await import('./run-replay.ts')).remove(name, flags, io),
      ),
    );
};
