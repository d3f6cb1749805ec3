import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command
    .option('--json', 'print one JSON document')
    .option('--lint <dir>', 'also search a folder for direct model calls')
    .action(async (flags: { json?: true; lint?: string }) => {
      const { doctor } = await import('./doctor.ts');
      done(await doctor(flags, io));
    });
};
