import type { Define } from './program/define.ts';

interface CommandEntry {
  readonly name: string;
  /** Description for `majordomo --help`, which does not load the code of the commands. */
  readonly description: string;
  readonly load: () => Promise<{ readonly define: Define }>;
}

/** All commands, in the order of the help. A new command requires an entry here and a file `<folder>/<name>-command.ts` that exports `define`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'chat',
    description: 'send one prompt, or start a conversation without a prompt',
    load: () => import('./chat/chat-command.ts'),
  },
  {
    name: 'embed',
    description: 'create embedding vectors for texts',
    load: () => import('./operations/embed-command.ts'),
  },
  {
    name: 'classify',
    description: 'answer questions about a text with probabilities',
    load: () => import('./operations/classify-command.ts'),
  },
  {
    name: 'batch',
    description: 'run jobs of many requests at the batch price',
    load: () => import('./batch/batch-command.ts'),
  },
  {
    name: 'transcribe',
    description: 'transcribe a recording',
    load: () => import('./operations/transcribe-command.ts'),
  },
  {
    name: 'speak',
    description: 'convert text to speech, to a file or a pipe',
    load: () => import('./operations/speak-command.ts'),
  },
  {
    name: 'serve',
    description: "serve your chains over OpenAI's and Anthropic's APIs",
    load: () => import('./serve/serve-command.ts'),
  },
  {
    name: 'inspect',
    description: 'show calls, health and spending on a web page',
    load: () => import('./inspect/inspect-command.ts'),
  },
  {
    name: 'mcp',
    description: 'run an MCP server with a chain and your tools',
    load: () => import('./mcp/mcp-command.ts'),
  },
  {
    name: 'models',
    description: 'list the models of the configured backends',
    load: () => import('./models/models-command.ts'),
  },
  {
    name: 'init',
    description: 'write a configuration for the vendors that you select',
    load: () => import('./init/init-command.ts'),
  },
  {
    name: 'skill',
    description: 'write a skill about majordomo for coding agents',
    load: () => import('./skill/skill-command.ts'),
  },
  {
    name: 'doctor',
    description: 'report what is installed, configured and reachable',
    load: () => import('./doctor/doctor-command.ts'),
  },
  {
    name: 'ping',
    description: 'send a small request to every target of a spec',
    load: () => import('./ping/ping-command.ts'),
  },
  {
    name: 'plan',
    description: 'show which targets a preset selects, without a call',
    load: () => import('./plan/plan-command.ts'),
  },
  {
    name: 'usage',
    description: 'report the spending that the ledger recorded',
    load: () => import('./usage/usage-command.ts'),
  },
  {
    name: 'limits',
    description: 'show the remaining amounts of limits',
    load: () => import('./limits/limits-command.ts'),
  },
  {
    name: 'log',
    description: 'list, show, search and remove stored conversations',
    load: () => import('./log/log-command.ts'),
  },
  {
    name: 'trajectory',
    description: 'show, export and replay stored agent runs',
    load: () => import('./trajectory/trajectory-command.ts'),
  },
  {
    name: 'eval',
    description: 'evaluations against a baseline: run, compare, show',
    load: () => import('./eval/eval-command.ts'),
  },
  {
    name: 'replay',
    description: 'try another model on recorded calls',
    load: () => import('./replay/replay-command.ts'),
  },
  {
    name: 'calibrate',
    description: 'learn curves that make probabilities of targets comparable',
    load: () => import('./calibrate/calibrate-command.ts'),
  },
  {
    name: 'catalog',
    description: 'show, compare and update prices and models',
    load: () => import('./catalog/catalog-command.ts'),
  },
  {
    name: 'keys',
    description: 'create, list, rotate and revoke virtual keys of a gateway',
    load: () => import('./keys/keys-command.ts'),
  },
  {
    name: 'vault',
    description: 'list, set and remove keys of vendors in your vault',
    load: () => import('./vault-commands/vault-command.ts'),
  },
  {
    name: 'login',
    description: 'log in to a vendor and store the tokens in your vault',
    load: () => import('./vault-commands/login-command.ts'),
  },
  {
    name: 'logout',
    description: 'revoke a login and remove it from your vault',
    load: () => import('./vault-commands/logout-command.ts'),
  },
  {
    name: 'trust',
    description: "show and trust this project's configuration",
    load: () => import('./trust/trust-command.ts'),
  },
  {
    name: 'demo',
    description: 'show failover with two simulated vendors, without a key',
    load: () => import('./demo/demo-command.ts'),
  },
];
