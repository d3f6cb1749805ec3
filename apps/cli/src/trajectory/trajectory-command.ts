import type { ExportFlags, ReplayFlags, ShowFlags } from './trajectory.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

const load = () => import('./trajectory.ts');
const FILE = 'file written by @majordomo/trajectory';

export const define: Define = (command, io, run) => {
  command
    .command('show')
    .description('print runs as readable text')
    .argument('<file>', FILE)
    .option('--id <id>', 'select only this run')
    .action(run(async (file: string, flags: ShowFlags) => (await load()).showTrajectories(file, flags, io)));
  command
    .command('export')
    .description('print runs as JSON lines for training')
    .argument('<file>', FILE)
    .option('--sharegpt', 'use the ShareGPT format; default: unchanged')
    .option('--tokens <n>', 'with --sharegpt: maximum length; the middle is removed')
    .action(
      run(async (file: string, flags: ExportFlags) => (await load()).exportTrajectories(file, flags, io)),
    );
  command
    .command('replay')
    .description('repeat every turn with the recorded tool results, and print differences')
    .argument('<file>', FILE)
    .requiredOption('-m, --model <spec>', SPEC)
    .option('--id <id>', 'select only this run')
    .action(
      run(async (file: string, flags: ReplayFlags) => (await load()).replayTrajectories(file, flags, io)),
    );
};
