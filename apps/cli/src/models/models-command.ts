import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('[provider]', 'list only this provider')
    .option('--prices', "add the catalog's prices per million tokens")
    .option('--json', 'print one JSON document')
    .action(async (provider: string | undefined, flags: { json?: true; prices?: true }) => {
      const { models } = await import('./models.ts');
      done(await models(provider, flags, io));
    });
};
