import type { ChatFlags } from '../chat/flags.ts';
import type { InspectFlags } from '../inspect/inspect.ts';
import { addChatOptions } from './chat.ts';
import type { Define } from './define.ts';

const load = () => import('../inspect/inspect.ts');

const MORE = `
The address that it prints opens the page once; a cookie takes its place. Needs @majordomo/gateway and @majordomo/inspector.`;

export const define: Define = (command, io, done) => {
  command
    .option('-p, --port <n>', '0 takes a free one', '0')
    .addHelpText('after', MORE)
    .action(async (flags: InspectFlags) => {
      done(await (await load()).inspect(flags, io));
    });
  addChatOptions(command.command('chat'))
    .description('a chat, and the page beside it')
    .action(async (spec: string | undefined, prompt: string | undefined, flags: ChatFlags) => {
      done(await (await load()).inspectChat([spec, prompt], flags, command.opts(), io));
    });
  command
    .command('demo')
    .description('the demo, and the page beside it')
    .action(async () => {
      done(await (await load()).inspectDemo(command.opts(), io));
    });
};
