import { Stop } from '../program/exit.ts';
import type { CreateFlags } from './keys.ts';
import { collect } from '../program/collect.ts';
import { gatewaySubcommands, type Define } from '../program/define.ts';

const load = () => import('./keys.ts');

const MORE = `
The keys are in the ledger's file, in --store or MAJORDOMO_STORE, or at a running gateway with --url and MAJORDOMO_ADMIN_TOKEN.
A call under a limit of money reserves its highest possible cost, which is several dollars if the client sends no max_tokens.
Keys of vendors are in your vault: majordomo vault`;

type Flags = Parameters<Awaited<ReturnType<typeof load>>['listKeys']>[0];

export const define: Define = (command, io, run) => {
  command.addHelpText('after', MORE);
  const sub = gatewaySubcommands(command, 'store of the keys');
  sub('create', 'create a key; only its secret is printed on standard output')
    .argument('<name>', 'display name')
    .option('--tenant <name>', 'team or customer that pays')
    .option('--models <names>', 'models that the key may call, separated by commas')
    .option(
      '--mcp <server=patterns>',
      'tools of an MCP server, such as tracker=search_*,!search_all; repeatable',
      collect,
    )
    .option('--usd-per-day <amount>', 'maximum cost per day')
    .option('--usd-per-month <amount>', 'maximum cost per month')
    .option('--calls-per-minute <n>', 'maximum number of calls per minute')
    .option('--tokens-per-minute <n>', 'maximum number of tokens per minute')
    .option('--expires <90d|date>', 'time from which the key is refused')
    .option('--meta <name=value>', 'metadata of its calls; repeatable', collect)
    .option('--admin', 'also give access to the admin API and the inspector')
    .action(run(async (name: string, flags: CreateFlags) => (await load()).createKey(name, flags, io)));
  sub('list', 'list keys, newest first, without secrets')
    .option('--tenant <name>', 'only keys of this tenant')
    .option('--status <active|expired|revoked>', 'only keys of this status')
    .action(run(async (flags: Flags) => (await load()).listKeys(flags, io)));
  sub('show', 'show a key and the remaining amounts of its limits')
    .argument('<id>')
    .action(run(async (id: string, flags: Flags) => (await load()).showKey(id, flags, io)));
  sub('rotate', 'give a key another secret, which is printed on standard output')
    .argument('<id>')
    .option('--grace <7d>', 'time for which the old secret is accepted')
    .action(run(async (id: string, flags: Flags) => (await load()).rotateKey(id, flags, io)));
  sub('revoke', 'revoke a key permanently')
    .argument('<id>')
    .action(run(async (id: string, flags: Flags) => (await load()).revokeKey(id, flags, io)));
  for (const name of ['set', 'remove'])
    command
      .command(name, { hidden: true })
      .argument('[names...]')
      .action((names: readonly string[]) => {
        throw new Stop(`vendor keys are in your vault; run majordomo vault ${[name, ...names].join(' ')}`);
      });
};
