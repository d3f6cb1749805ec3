import type { ChatFlags } from '../chat/flags.ts';
import type { InspectFlags } from './inspect.ts';
import { addChatOptions } from '../chat/chat-command.ts';
import type { Define } from '../program/define.ts';

const load = () => import('./inspect.ts');

const MORE = `
The printed URL contains a token and sets a cookie. Requires @majordomo/gateway and @majordomo/inspector.`;

export const define: Define = (command, io, run) => {
  command
    .option('-p, --port <n>', 'port; 0 selects a free one', '0')
    .addHelpText('after', MORE)
    .action(run(async (flags: InspectFlags) => (await load()).inspect(flags, io)));
  addChatOptions(command.command('chat'))
    .description('run majordomo chat with the page')
    .action(
      run(async (spec: string | undefined, prompt: string | undefined, flags: ChatFlags) =>
        // `--port` belongs to `inspect`, so the options of the subcommand do not contain it.
        (await load()).inspectChat([spec, prompt], flags, command.opts(), io),
      ),
    );
  command
    .command('demo')
    .description('run majordomo demo with the page')
    .action(run(async () => (await load()).inspectDemo(command.opts(), io)));
};
