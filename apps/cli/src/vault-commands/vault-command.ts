import type { Define } from '../program/define.ts';

const load = () => import('./vault-keys.ts');

export const define: Define = (command, io, done) => {
  command.addHelpText(
    'after',
    '\nA provider uses the key with its name if the environment has no key for it.',
  );
  command
    .command('list', { isDefault: true })
    .description('list the names, without values')
    .option('--json', 'print one JSON document')
    .action(async (flags: { json?: true }) => {
      done(await (await load()).listKeys(flags, io));
    });
  command
    .command('set')
    .description('store a key from standard input, or from a prompt')
    .argument('<name>', 'name of the provider, such as openai')
    .action(async (name: string) => {
      done(await (await load()).setKey(name, io));
    });
  command
    .command('remove')
    .description('remove entries')
    .argument('<names...>')
    .action(async (names: readonly string[]) => {
      done(await (await load()).removeKeys(names, io));
    });
};
