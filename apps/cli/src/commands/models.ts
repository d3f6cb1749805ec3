import type { Define } from './define.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('[provider]', 'only this one')
    .option('--json', 'one JSON document')
    .action(async (provider: string | undefined, flags: { json?: true }) => {
      const { models } = await import('../models/models.ts');
      done(await models(provider, flags, io));
    });
};
