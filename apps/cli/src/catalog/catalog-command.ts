import type { Define } from '../program/define.ts';

const load = () => import('./catalog.ts');
const FROM = 'a path, a URL, or npm:NAME@VERSION (default: the newest release of @majordomo/catalog)';

export const define: Define = (command, io, run) => {
  command
    .command('show', { isDefault: true })
    .description('show the date, the sources and the number of models')
    .option('--json', 'print one JSON document')
    .action(run(async (flags: { json?: true }) => (await load()).showCatalog(flags, io)));
  command
    .command('diff')
    .description('show what an update would change, without writing')
    .option('--from <source>', FROM)
    .option('--json', 'print one JSON document')
    .action(run(async (flags: { from?: string; json?: true }) => (await load()).diffCatalog(flags, io)));
  command
    .command('update')
    .description('update the prices of all commands; a rejected price changes nothing')
    .option('--from <source>', FROM)
    .option('--accept <models...>', 'vendor/id of changes that you have reviewed')
    .option('--json', 'print one JSON document')
    .action(
      run(async (flags: { from?: string; json?: true; accept?: readonly string[] }) =>
        (await load()).updateCatalog(flags, io),
      ),
    );
};
