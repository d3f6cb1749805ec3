import type { Define } from './commands/define.ts';

interface CommandEntry {
  readonly name: string;
  /** Description for `majordomo --help`, which does not load the code of the commands. */
  readonly description: string;
  readonly load: () => Promise<{ readonly define: Define }>;
}

/** All commands, in the order of the help. A new command requires an entry here and a file that exports `define`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'chat',
    description: 'send one prompt, or start a conversation without a prompt',
    load: () => import('./commands/chat.ts'),
  },
  {
    name: 'embed',
    description: 'create embedding vectors for texts',
    load: () => import('./commands/embed.ts'),
  },
  {
    name: 'batch',
    description: 'run jobs of many requests at the batch price',
    load: () => import('./commands/batch.ts'),
  },
  {
    name: 'transcribe',
    description: 'transcribe a recording',
    load: () => import('./commands/transcribe.ts'),
  },
  {
    name: 'speak',
    description: 'convert text to speech, to a file or a pipe',
    load: () => import('./commands/speak.ts'),
  },
  {
    name: 'serve',
    description: "serve your chains over OpenAI's and Anthropic's APIs",
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'inspect',
    description: 'show calls, health and spending on a web page',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'mcp',
    description: 'run an MCP server with a chain and your tools',
    load: () => import('./commands/mcp.ts'),
  },
  {
    name: 'models',
    description: 'list the models of the configured backends',
    load: () => import('./commands/models.ts'),
  },
  {
    name: 'init',
    description: 'write a configuration for the vendors that you select',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'doctor',
    description: 'report what is installed, configured and reachable',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'ping',
    description: 'send a small request to every target of a spec',
    load: () => import('./commands/ping.ts'),
  },
  {
    name: 'plan',
    description: 'show which targets a preset selects, without a call',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'usage',
    description: 'report the spending that the ledger recorded',
    load: () => import('./commands/usage.ts'),
  },
  {
    name: 'limits',
    description: 'show the remaining amounts of limits',
    load: () => import('./commands/limits.ts'),
  },
  {
    name: 'log',
    description: 'list, show, search and remove stored conversations',
    load: () => import('./commands/log.ts'),
  },
  {
    name: 'trajectory',
    description: 'show, export and replay stored agent runs',
    load: () => import('./commands/trajectory.ts'),
  },
  {
    name: 'eval',
    description: 'evaluations against a baseline: run, compare, show',
    load: () => import('./commands/eval.ts'),
  },
  {
    name: 'catalog',
    description: 'show, compare and update prices and models',
    load: () => import('./commands/catalog.ts'),
  },
  {
    name: 'keys',
    description: 'create, list, rotate and revoke virtual keys of a gateway',
    load: () => import('./commands/keys.ts'),
  },
  {
    name: 'vault',
    description: 'list, set and remove keys of vendors in your vault',
    load: () => import('./commands/vault.ts'),
  },
  {
    name: 'login',
    description: 'log in to a vendor and store the tokens in your vault',
    load: () => import('./commands/login.ts'),
  },
  {
    name: 'logout',
    description: 'revoke a login and remove it from your vault',
    load: () => import('./commands/logout.ts'),
  },
  {
    name: 'trust',
    description: "show and trust this project's configuration",
    load: () => import('./commands/trust.ts'),
  },
  {
    name: 'demo',
    description: 'show failover with two simulated vendors, without a key',
    load: () => import('./commands/demo.ts'),
  },
];
