import type { ServeFlags } from './set-up.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';

const MORE = `
Serves the aliases and presets of majordomo.config, and its \`model\` as \`default\`. Requires @majordomo/gateway.
The inspector requires @majordomo/inspector, and is off without it.`;

export const define: Define = (command, io, run) => {
  command
    .option('-p, --port <n>', 'port; 0 selects a free one', '4141')
    .option(
      '--host <address>',
      'address to listen on; beyond this machine it implies --keys, unless --key-file is given',
      '127.0.0.1',
    )
    .option('--key-file <path>', 'file with one client key per line, optionally after a tenant')
    .option('--keys', 'require a virtual key, log the calls, and serve the admin API')
    .option(
      '--store <file|postgres://…|redis://…>',
      'store of keys, limits and calls; default: the file of the ledger',
    )
    .option('--metrics <admin|public>', 'serve /metrics in Prometheus’ format')
    .option('--drain <ms>', 'time between /ready 503 and the last accepted connection', '0')
    .option('--models <name[=spec]>', 'names to serve instead of the configured ones; repeatable', collect)
    .option(
      '--admin-token-file <path>',
      'file with the token for inspector and admin API; also MAJORDOMO_ADMIN_TOKEN',
    )
    .option('--no-inspector', 'do not serve the inspector')
    .option('--no-watch', 'reload the configuration and the key file on SIGHUP only, not when they change')
    .option('--content', 'also show prompts and answers in the inspector')
    .addHelpText('after', MORE)
    .action(run(async (flags: ServeFlags) => (await import('./serve.ts')).serve(flags, io)));
};
