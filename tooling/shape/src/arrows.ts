/** Allowed run-time dependencies of a package: workspace packages by folder, others by name. */
export interface Arrows {
  readonly ours: readonly string[];
  readonly others: readonly string[];
  /** Packages that the build bundles with their licenses. */
  readonly builtIn?: readonly string[];
  /** Reason for a separate package: a dependency, another audience, or data with another release cycle. */
  readonly because: string;
}

/** Allowed dependencies between packages. Every package must be listed with a reason. */
export const ARROWS: Readonly<Record<string, Arrows>> = {
  core: { ours: [], others: [], because: 'the contract and the path of one call' },
  'wire-kit': { ours: ['core'], others: [], because: 'a separate audience: authors of providers' },
  testing: {
    ours: ['core', 'wire-kit', 'redact'],
    others: [],
    because: 'a separate audience: tests of applications',
  },
  records: {
    ours: ['core'],
    others: [],
    because: 'features that store data and engines that store it have it in common',
  },
  conformance: {
    ours: ['core', 'records', 'testing', 'wire-kit', 'admin', 'cache', 'ledger'],
    others: [],
    because:
      'a separate audience: tests of providers, stores and engines; admin, cache and ledger are optional peers for the types of their stores',
  },
  redact: { ours: [], others: [], because: 'whoever writes logs needs it, and nothing else of majordomo' },
  credentials: {
    ours: ['core', 'wire-kit'],
    others: ['oauth4webapi', '@napi-rs/keyring'],
    because: 'a protocol of its own, and a place on disk',
  },
  'openai-wire': {
    ours: ['core', 'wire-kit'],
    others: [],
    because: 'four packages speak this wire, each with its own SDK',
  },
  'provider-openai': { ours: ['core', 'openai-wire', 'imagegen'], others: ['openai'], because: 'its SDK' },
  'provider-groq': { ours: ['core', 'openai-wire'], others: ['groq-sdk'], because: 'its SDK' },
  'provider-cerebras': {
    ours: ['core', 'openai-wire'],
    others: ['@cerebras/cerebras_cloud_sdk'],
    because: 'its SDK',
  },
  claude: {
    ours: ['core', 'wire-kit'],
    others: [],
    because: 'two packages ask the same models, each over its own wire',
  },
  'provider-anthropic': {
    ours: ['claude', 'core', 'wire-kit'],
    others: ['@anthropic-ai/sdk'],
    because: 'its SDK',
  },
  'provider-google': {
    ours: ['core', 'imagegen', 'wire-kit'],
    others: ['@google/genai'],
    because: 'its SDK',
  },
  'provider-bedrock': {
    ours: ['claude', 'core', 'wire-kit'],
    others: ['@aws-sdk/client-bedrock-runtime'],
    because: 'its SDK',
  },
  'provider-ollama': { ours: ['core', 'wire-kit'], others: ['ollama'], because: 'its SDK' },
  'provider-cloudflare': { ours: ['core', 'imagegen', 'wire-kit'], others: [], because: 'asked for by name' },
  'provider-llama-swap': {
    ours: ['core', 'provider-openai', 'imagegen', 'wire-kit'],
    others: [],
    because: 'asked for by name; the one provider that stands on another, to which it delegates chat',
  },
  'provider-cli': { ours: ['core', 'wire-kit'], others: [], because: 'spawns processes: Node only' },
  imagegen: { ours: ['core', 'wire-kit'], others: [], because: 'another audience: pictures' },
  media: {
    ours: ['core', 'wire-kit'],
    others: ['sharp', 'music-metadata'],
    because: 'a native dependency; the second is an optional peer for durations',
  },
  ledger: { ours: ['core', 'catalog'], others: [], because: 'another audience: who pays' },
  background: {
    ours: ['core', 'catalog', 'ledger', 'records'],
    others: [],
    because:
      'a separate audience: answers that take minutes, and outlive the process; ledger, an optional peer, only for its types',
  },
  batch: {
    ours: ['core', 'catalog', 'ledger'],
    others: [],
    because: 'a separate audience: jobs that take hours; ledger, an optional peer, only for its types',
  },
  cache: {
    ours: ['core', 'catalog'],
    others: [],
    because:
      'a separate audience: applications that repeat calls; its entry /prompt uses the prices of catalog, an optional peer',
  },
  files: {
    ours: ['core', 'records'],
    others: [],
    because: 'a separate audience: applications that send large files',
  },
  classify: {
    ours: ['core'],
    others: [],
    because: 'a separate audience: applications that compare probabilities with a threshold',
  },
  'store-sqlite': {
    ours: ['core', 'records', 'admin', 'batch', 'cache', 'files', 'ledger'],
    others: [],
    because: 'a file on disk: Node only; of all but core and records the types alone, as optional peers',
  },
  'store-cloudflare': {
    ours: ['core', 'cache', 'ledger'],
    others: [],
    because: 'a platform of its own; of cache and ledger the types alone, as optional peers',
  },
  'durable-restate': {
    ours: ['core', 'agent'],
    others: ['@restatedev/restate-sdk', '@restatedev/restate-sdk-clients'],
    because: 'the SDK of its engine, as a peer: it takes the handlers of one copy alone',
  },
  'durable-dbos': {
    ours: ['core', 'agent'],
    others: ['@dbos-inc/dbos-sdk'],
    because: 'the SDK of its engine, as a peer: it keeps its workflows in one copy',
  },
  'store-postgres': {
    ours: ['core', 'records', 'admin', 'agent', 'cache', 'files', 'ledger'],
    others: [],
    because: 'a separate kind of server; of all but core and records the types alone, as optional peers',
  },
  'store-redis': {
    ours: ['core', 'records', 'admin', 'agent', 'batch', 'cache', 'ledger'],
    others: [],
    because: 'a separate kind of server; of all but core and records the types alone, as optional peers',
  },
  telemetry: {
    ours: ['core', 'agent', 'background', 'batch', 'guards', 'ledger', 'mcp', 'redact'],
    others: ['@opentelemetry/api'],
    because:
      'a peer of its own, and a standard that moves; of all but core the types alone, as optional peers',
  },
  guards: {
    ours: ['core', 'agent', 'redact'],
    others: [],
    because:
      'a separate audience: applications with customers; of agent and redact the types only, as optional peers',
  },
  routing: {
    ours: ['core', 'catalog', 'ledger'],
    others: [],
    because:
      'another audience: who has more models than names; of ledger the types alone, as an optional peer',
  },
  'ai-sdk': {
    ours: ['core', 'wire-kit'],
    others: ['@ai-sdk/provider'],
    because: 'a peer of its own, whose interface has a version of its own',
  },
  ui: {
    ours: ['core', 'agent'],
    others: [],
    because: 'another audience: servers of chat pages, whose protocols have versions of their own',
  },
  mcp: {
    ours: ['core', 'agent', 'records', 'wire-kit'],
    others: ['@modelcontextprotocol/client', '@modelcontextprotocol/server'],
    because: 'a protocol of its own, with its SDK',
  },
  a2a: {
    ours: ['core', 'agent', 'records', 'wire-kit'],
    others: ['@a2a-js/sdk'],
    because: 'a protocol of its own, with its SDK',
  },
  'code-mode': {
    ours: ['agent', 'core'],
    others: ['run'],
    because: 'a separate audience: agents whose models write programs; the sandbox `run` is an optional peer',
  },
  trajectory: {
    ours: ['core', 'agent', 'redact'],
    others: [],
    because: 'another audience: who trains and audits; of agent and redact the types alone',
  },
  evals: {
    ours: ['core', 'admin', 'agent', 'batch', 'catalog', 'ledger', 'redact', 'trajectory'],
    others: ['vitest'],
    because:
      'a separate audience: tests of prompts and agents. Optional peers: admin, agent and batch for their types, trajectory for its parser, vitest for the matcher',
  },
  undici: { ours: [], others: ['undici'], because: 'a dependency that core cannot have' },
  'responses-socket': {
    ours: ['core'],
    others: ['ws'],
    because: 'a separate audience: agents with many steps on the Responses API; ws is an optional peer',
  },
  catalog: { ours: ['core'], others: [], because: 'data of another pace, and the arithmetic on it' },
  context: {
    ours: ['catalog', 'core', 'media', 'redact'],
    others: ['ignore'],
    because: 'another audience: long conversations; media, an optional peer, fetches what a prompt refers to',
  },
  gateway: {
    ours: ['core', 'records', 'admin', 'background', 'catalog', 'context', 'files', 'inspector'],
    others: ['@hono/node-server', 'hono', 'ws'],
    because:
      'a separate audience: clients in other languages. Optional peers: admin has the type of request events, background makes jobs, catalog has dates of retirement, context counts tokens, files has the type of the store of files, inspector is mounted, @hono/node-server and hono serve on Node, ws accepts sockets',
  },
  inspector: {
    ours: ['core', 'catalog', 'ledger', 'redact'],
    others: [],
    builtIn: ['preact', 'uplot'],
    because:
      'a separate product: a page for operators. Optional peers: catalog has dates of retirement, ledger has only types',
  },
  admin: {
    ours: ['core', 'ledger', 'redact'],
    others: [],
    because:
      'a separate audience: operators of gateways; ledger, an optional peer, only for the type of limits',
  },
  agent: { ours: ['core', 'records'], others: [], because: 'another audience: agents' },
  skills: {
    ours: ['agent', 'context', 'core'],
    others: ['yaml'],
    because: 'another audience: skill authors',
  },
  cli: {
    ours: [
      'wire-kit',
      'admin',
      'agent',
      'catalog',
      'context',
      'core',
      'credentials',
      'gateway',
      'inspector',
      'routing',
      'ledger',
      'mcp',
      'redact',
      'skills',
      'store-postgres',
      'store-redis',
      'store-sqlite',
      'telemetry',
      'trajectory',
      'undici',
      'background',
      'batch',
      'classify',
      'responses-socket',
      'eslint-plugin',
      'evals',
      'openai-wire',
      'provider-anthropic',
      'provider-bedrock',
      'provider-cerebras',
      'provider-cli',
      'provider-cloudflare',
      'provider-google',
      'provider-groq',
      'provider-llama-swap',
      'provider-ollama',
      'provider-openai',
    ],
    others: [
      'commander',
      '@clack/prompts',
      '@hono/node-server',
      'hono',
      'marked',
      '@opentelemetry/api',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/sdk-trace',
    ],
    because: 'another audience: terminals; what is not OpenAI or Anthropic is an optional peer',
  },
  'create-majordomo': {
    ours: ['core'],
    others: ['@clack/prompts', 'validate-npm-package-name'],
    because: 'another audience: folders without an application',
  },
  'lint-rule': {
    ours: [],
    others: ['eslint', '@babel/parser'],
    because: 'another audience: the rules of a code base',
  },
};

/** Packages whose names differ from their folders. */
export const PUBLISHED_AS: Readonly<Record<string, string>> = {
  'lint-rule': '@majordomo/eslint-plugin',
  cli: 'majordomo',
  'create-majordomo': 'create-majordomo',
};

/** Packages that may use Node's built-ins, with the reason. All others also run in a Worker or a browser. */
export const NODE_ONLY: Readonly<Record<string, string>> = {
  testing: 'it reads and writes recordings, and blocks sockets of node:net',
  conformance: 'its wire server is a node:http server',
  'provider-cli': 'it spawns processes',
  media: 'sharp is a native addon',
  'store-sqlite': 'it stands on node:sqlite',
  'durable-dbos': 'it stands on PostgreSQL over a socket',
  'durable-restate': 'its SDK serves over HTTP/2',
  skills: 'it reads SKILL.md files from disk',
  context: 'it reads files of projects, and asks git',
  catalog: 'its entry `/node` reads and writes files',
  files: 'its entry `/node` stores files in a folder',
  gateway: 'its entry `/node` listens',
  evals: 'it reads and writes files',
  batch: 'it writes inputs of batches to files',
  trajectory: 'it writes files',
  undici: 'undici sends over sockets of Node',
  'responses-socket': 'its default socket is one of the package ws',
  mcp: 'it starts programs, and serves on stdin; addresses and fetch need no Node',
  credentials: 'its vaults lie on disk and in keychains',
  'lint-rule': 'it runs inside ESLint',
  cli: 'it is a command',
  'create-majordomo': 'it is a command',
};
