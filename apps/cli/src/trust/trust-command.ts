import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .option('--forget', 'remove the trust')
    .action(run(async (flags: { forget?: true }) => (await import('./trust.ts')).trust(flags, io)));
};
