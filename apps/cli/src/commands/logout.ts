import type { Define } from './define.ts';

export const define: Define = (command, io, done) => {
  command.argument('<name>').action(async (name: string) => {
    const { logout } = await import('../vault-commands/login.ts');
    done(await logout(name, io));
  });
};
