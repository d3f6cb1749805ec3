import type { Suite } from '../suite.ts';
import { runCommands } from './commands.ts';
import { runPrograms } from './programs.ts';

/** Client libraries and coding agents from npm, against a gateway with a model of another vendor. */
export const gatewayClients: Suite = {
  name: 'gateway-clients',
  standard: 'Clients of the gateway',
  version: 'programs of this repository, and commands from npm',
  listsCases: true,
  run: async (isNewest = false) => [...(await runPrograms(isNewest)), ...(await runCommands(isNewest))],
};
