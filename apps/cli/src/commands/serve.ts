import type { ServeFlags } from '../serve/serve.ts';
import { collect } from './collect.ts';
import type { Define } from './define.ts';

const MORE = `
Serves the aliases and presets of majordomo.config, and its \`model\` as \`default\`. Requires @majordomo/gateway and @majordomo/inspector.`;

export const define: Define = (command, io, done) => {
  command
    .option('-p, --port <n>', 'port; 0 selects a free one', '4141')
    .option(
      '--host <address>',
      'address to listen on; requires --key-file unless it is loopback',
      '127.0.0.1',
    )
    .option('--key-file <path>', 'file with one client key per line, optionally after a tenant')
    .option('--models <name[=spec]>', 'names to serve instead of the configured ones; repeatable', collect)
    .option('--admin-token-file <path>', 'file with the token for the inspector; required without a terminal')
    .option('--no-inspector', 'do not serve the inspector')
    .option('--content', 'also show prompts and answers in the inspector')
    .addHelpText('after', MORE)
    .action(async (flags: ServeFlags) => {
      const { serve } = await import('../serve/serve.ts');
      done(await serve(flags, io));
    });
};
