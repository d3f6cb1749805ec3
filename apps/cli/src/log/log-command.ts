import type { ListFlags, ShowFlags } from './log.ts';
import type { Define } from '../program/define.ts';

const load = () => import('./log.ts');

export const define: Define = (command, io, run) => {
  command.addHelpText(
    'after',
    '\nConversations are stored with `log: true` in majordomo.config, or with chat --log.',
  );
  command
    .command('list', { isDefault: true })
    .description('list conversations, newest first')
    .option('-n, --limit <n>', 'maximum number of conversations', '20')
    .option('--json', 'print one JSON document')
    .action(run(async (flags: ListFlags) => (await load()).listLog(flags, io)));
  command
    .command('show')
    .description('show a conversation; default: the newest')
    .argument('[id]')
    .option('--json', 'print one JSON document')
    .action(run(async (id: string | undefined, flags: ShowFlags) => (await load()).showLog(id, flags, io)));
  command
    .command('search')
    .description('find conversations with a message that contains all words')
    .argument('<words...>')
    .option('-n, --limit <n>', 'maximum number of conversations', '20')
    .option('--json', 'print one JSON document')
    .action(
      run(async (words: readonly string[], flags: ListFlags) => (await load()).searchLog(words, flags, io)),
    );
  command
    .command('remove')
    .description('remove conversations')
    .argument('<ids...>')
    .action(run(async (ids: readonly string[]) => (await load()).removeFromLog(ids, io)));
};
