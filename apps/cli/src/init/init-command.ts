import type { InitFlags } from './init.ts';
import type { Define } from '../program/define.ts';
import { collect } from '../program/collect.ts';

export const define: Define = (command, io, run) => {
  command
    .option('--vendor <id>', 'select this vendor without a prompt; repeatable', collect)
    .option('--model <spec>', 'write this chain without a prompt')
    .option('--dry-run', 'print the configuration without writing a file')
    .action(run(async (flags: InitFlags) => (await import('./init.ts')).init(flags, io)));
};
