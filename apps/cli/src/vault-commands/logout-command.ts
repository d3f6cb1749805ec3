import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .argument('<name>')
    .action(run(async (name: string) => (await import('./login.ts')).logout(name, io)));
};
