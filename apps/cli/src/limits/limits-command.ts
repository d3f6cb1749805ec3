import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .option('--json', 'print one JSON document')
    .action(run(async (flags: { json?: true }) => (await import('./limits.ts')).limits(flags, io)));
};
