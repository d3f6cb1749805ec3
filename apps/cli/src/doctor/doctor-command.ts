import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .option('--json', 'print one JSON document')
    .option('--lint <dir>', 'also search a folder for direct model calls')
    .action(
      run(async (flags: { json?: true; lint?: string }) => (await import('./doctor.ts')).doctor(flags, io)),
    );
};
