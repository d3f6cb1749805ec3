import type { Define } from './define.ts';

export const define: Define = (command, io, done) => {
  command
    .option('--json', 'one JSON document')
    .option('--lint <dir>', 'also look for raw model calls in a folder')
    .action(async (flags: { json?: true; lint?: string }) => {
      const { doctor } = await import('../doctor/doctor.ts');
      done(await doctor(flags, io));
    });
};
