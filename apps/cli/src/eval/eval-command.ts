import type { Command } from 'commander';
import type { VerdictFlags } from './publish.ts';
import type { ShowFlags } from './stored.ts';
import type { RunFlags } from './run.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';

const CODES = `
Exit codes: 0 pass, 1 fail, 2 usage or an invalid file, 3 inconclusive, 4 incomplete. Needs @majordomo/evals.`;

/** Adds the options of a command that returns a verdict. */
const withVerdict = (command: Command): Command =>
  command
    .option('--report <file>', 'write a report: .md, .xml (JUnit), .html or .jsonl; may be repeated', collect)
    .option('--allow-inconclusive', 'exit with 0 for an inconclusive verdict');

export const define: Define = (command, io, run) => {
  command.addHelpText('after', CODES);
  withVerdict(command.command('run'))
    .description('replay evaluations and compare them with their baselines')
    .argument('<file...>', 'modules whose default export is an evaluation')
    .option('--record', 'make the calls that are not recorded, and store them')
    .option('--live', 'make every call, and store nothing')
    .option('--accept', 'write the results as the new baselines')
    .option('--only <id or tag>', 'run these cases only; may be repeated', collect)
    .option('--trials <n>', 'number of times that each case runs', Number)
    .option('--concurrency <n>', 'number of samples at the same time', Number)
    .option('--budget <usd>', 'maximum cost of live calls, in dollars')
    .action(
      run(async (files: readonly string[], flags: RunFlags) =>
        (await import('./run.ts')).runEvals(files, flags, io),
      ),
    );
  withVerdict(command.command('compare'))
    .description('compare two results of --report x.jsonl')
    .argument('<base>')
    .argument('<new>')
    .action(
      run(async (base: string, file: string, flags: VerdictFlags) =>
        (await import('./stored.ts')).compare(base, file, flags, io),
      ),
    );
  command
    .command('show')
    .description('print a stored result and its samples')
    .argument('<file>')
    .option('--case <id>', 'only this case')
    .option('--failed', 'only failed samples')
    .action(
      run(async (file: string, flags: ShowFlags) =>
        (await import('./stored.ts')).showStored(file, flags, io),
      ),
    );
};
