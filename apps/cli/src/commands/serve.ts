import type { ServeFlags } from '../serve/serve.ts';
import { collect } from './collect.ts';
import type { Define } from './define.ts';

const MORE = `
Names are the aliases and presets of majordomo.config, and \`default\` for its \`model\`. Needs @majordomo/gateway and @majordomo/inspector.`;

export const define: Define = (command, io, done) => {
  command
    .option('-p, --port <n>', '0 takes a free one', '4141')
    .option('--host <address>', 'whom to listen to; others than this machine need --key-file', '127.0.0.1')
    .option('--key-file <path>', 'keys of clients, one a line, after the name of its tenant where it has one')
    .option('--models <name[=spec]>', 'only these names, or others; repeatable', collect)
    .option(
      '--admin-token-file <path>',
      'token for the inspector; without a terminal there is no inspector without it',
    )
    .option('--no-inspector', 'serve no inspector')
    .option('--content', 'the inspector shows prompts and answers too')
    .addHelpText('after', MORE)
    .action(async (flags: ServeFlags) => {
      const { serve } = await import('../serve/serve.ts');
      done(await serve(flags, io));
    });
};
