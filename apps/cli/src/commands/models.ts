import type { Define } from './define.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('[provider]', 'only this one')
    .option('--prices', 'with what a million tokens cost, by the catalogue')
    .option('--json', 'one JSON document')
    .action(async (provider: string | undefined, flags: { json?: true; prices?: true }) => {
      const { models } = await import('../models/models.ts');
      done(await models(provider, flags, io));
    });
};
