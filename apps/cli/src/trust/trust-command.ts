import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command.option('--forget', 'remove the trust').action(async (flags: { forget?: true }) => {
    const { trust } = await import('./trust.ts');
    done(await trust(flags, io));
  });
};
