import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command.argument('<name>').action(async (name: string) => {
    const { logout } = await import('./login.ts');
    done(await logout(name, io));
  });
};
