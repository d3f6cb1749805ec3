import type { Define } from '../program/define.ts';
import { Stop } from '../program/exit.ts';

interface ModelsOptions {
  readonly json?: true;
  readonly prices?: true;
  readonly replaceable?: true;
  readonly url?: string;
}

export const define: Define = (command, io, run) => {
  command
    .argument('[provider]', 'list only this provider')
    .option('--prices', "add the catalog's prices per million tokens")
    .option('--replaceable', 'list configured models that retire within 90 days or have a cheaper equal')
    .option('--url <address>', 'with --replaceable: use the names of a running gateway instead')
    .option('--json', 'print one JSON document')
    .action(
      run(async (provider: string | undefined, flags: ModelsOptions) => {
        if (flags.replaceable !== true) {
          if (flags.url !== undefined) throw new Stop('--url needs --replaceable; add it');
          return (await import('./models.ts')).models(provider, flags, io);
        }
        if (provider !== undefined || flags.prices === true)
          throw new Stop('--replaceable reads the configuration; remove the provider and --prices');
        return (await import('./replaceable.ts')).replaceable(flags, io);
      }),
    );
};
