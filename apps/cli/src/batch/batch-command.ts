import type { Command } from 'commander';
import type { ResultFlags, RunFlags, StatusFlags, StoreFlags } from './batch.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

const load = () => import('./batch.ts');

const MORE = `
Lines of the file: {"id", "prompt", "system"}, {"id", "request"} or {"id", "embedding": {"values"}}; \`id\` and \`system\` are optional.
Exit codes: 0 success, 1 an item failed, 2 usage or an invalid file. Needs @majordomo/batch and @majordomo/store-sqlite.`;

export const define: Define = (command, io, run) => {
  command.addHelpText('after', MORE);
  const sub = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option('--store <file>', "SQLite file of the jobs; default: the ledger's file");
  sub('run', 'submit a job, wait until it is over, and print a line per item')
    .argument('<file>', 'requests, one JSON document per line')
    .requiredOption('-m, --model <spec>', SPEC)
    .requiredOption('--key <key>', 'name of the job; the same key again continues the job')
    .option('--schema <file>', 'JSON schema of every answer')
    .option('--deadline <6h>', 'time limit, from the first submission')
    .option('--live <late|failed|both>', 'items that are sent as live calls, at live prices')
    .option('--every <60s>', 'maximum time between two polls', '60s')
    .option('--once', 'poll once, and do not wait')
    .option('--out <file>', 'write the results to this file')
    .action(run(async (file: string, flags: RunFlags) => (await load()).runBatch(file, flags, io)));
  sub('poll', 'poll these jobs, or all jobs, once')
    .argument('[key...]')
    .action(
      run(async (keys: readonly string[], flags: StoreFlags) => (await load()).pollBatches(keys, flags, io)),
    );
  sub('status', 'show the progress as of the last poll')
    .argument('[key]')
    .option('--json', 'print one JSON line per job')
    .action(
      run(async (key: string | undefined, flags: StatusFlags) => (await load()).showBatches(key, flags, io)),
    );
  sub('results', 'print a line per item that is final')
    .argument('<key>')
    .option('--out <file>', 'write the results to this file')
    .action(run(async (key: string, flags: ResultFlags) => (await load()).printBatch(key, flags, io)));
  sub('cancel', 'cancel a job; answers that still arrive are stored and paid for')
    .argument('<key>')
    .action(run(async (key: string, flags: StoreFlags) => (await load()).cancelBatch(key, flags, io)));
};
