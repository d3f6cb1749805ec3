import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command.option('--json', 'print one JSON document').action(async (flags: { json?: true }) => {
    const { limits } = await import('./limits.ts');
    done(await limits(flags, io));
  });
};
