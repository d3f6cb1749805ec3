import type { Define } from '../program/define.ts';

const load = () => import('./vault-keys.ts');

export const define: Define = (command, io, run) => {
  command.addHelpText(
    'after',
    '\nA provider uses the key with its name if the environment has no key for it.',
  );
  command
    .command('list', { isDefault: true })
    .description('list the names, without values')
    .option('--json', 'print one JSON document')
    .action(run(async (flags: { json?: true }) => (await load()).listKeys(flags, io)));
  command
    .command('set')
    .description('store a key from standard input, or from a prompt')
    .argument('<name>', 'name of the provider, such as openai')
    .action(run(async (name: string) => (await load()).setKey(name, io)));
  command
    .command('remove')
    .description('remove entries')
    .argument('<names...>')
    .action(run(async (names: readonly string[]) => (await load()).removeKeys(names, io)));
};
