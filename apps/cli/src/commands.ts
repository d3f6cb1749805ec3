import type { Define } from './commands/define.ts';

interface CommandEntry {
  readonly name: string;
  /** Description for `majordomo --help`, which loads no commands. */
  readonly description: string;
  readonly load: () => Promise<{ readonly define: Define }>;
}

/** All commands, in the order of the help. A new command needs a line here and a file that exports `define`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'chat',
    description: 'ask once, or talk when no prompt is given',
    load: () => import('./commands/chat.ts'),
  },
  {
    name: 'embed',
    description: 'turn texts into vectors',
    load: () => import('./commands/embed.ts'),
  },
  {
    name: 'transcribe',
    description: 'write down what a recording says',
    load: () => import('./commands/transcribe.ts'),
  },
  {
    name: 'speak',
    description: 'say a text, into a file or a pipe',
    load: () => import('./commands/speak.ts'),
  },
  {
    name: 'serve',
    description: "answer OpenAI's and Anthropic's clients with your chains",
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'inspect',
    description: 'a page that shows calls, health and spending',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'mcp',
    description: 'an MCP server: a chain and your tools for other agents',
    load: () => import('./commands/mcp.ts'),
  },
  {
    name: 'models',
    description: 'what the configured backends list',
    load: () => import('./commands/models.ts'),
  },
  {
    name: 'init',
    description: 'write a configuration for the vendors that you name',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'doctor',
    description: 'what is installed, configured and reachable; shows no secret',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'ping',
    description: 'ask every target of a spec for a word; says how fast, or why not',
    load: () => import('./commands/ping.ts'),
  },
  {
    name: 'plan',
    description: 'which targets a preset means now, and why; calls nobody',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'usage',
    description: 'what was spent, from the books of `ledger`',
    load: () => import('./commands/usage.ts'),
  },
  {
    name: 'limits',
    description: 'what may still be spent, and until when',
    load: () => import('./commands/limits.ts'),
  },
  {
    name: 'log',
    description: 'conversations that were kept: list, show, search, remove',
    load: () => import('./commands/log.ts'),
  },
  {
    name: 'trajectory',
    description: 'runs of agents that were kept: show, export, replay',
    load: () => import('./commands/trajectory.ts'),
  },
  {
    name: 'catalog',
    description: 'prices and models: show, diff, update',
    load: () => import('./commands/catalog.ts'),
  },
  {
    name: 'keys',
    description: 'keys in your vault: list, set, remove; never shown',
    load: () => import('./commands/keys.ts'),
  },
  {
    name: 'login',
    description: 'log in to a vendor; the tokens go into your vault',
    load: () => import('./commands/login.ts'),
  },
  {
    name: 'logout',
    description: 'revoke a login, and forget it',
    load: () => import('./commands/logout.ts'),
  },
  {
    name: 'trust',
    description: "show this project's configuration, and accept it",
    load: () => import('./commands/trust.ts'),
  },
  {
    name: 'demo',
    description: 'failover on two vendors played on 127.0.0.1; needs no key',
    load: () => import('./commands/demo.ts'),
  },
];
