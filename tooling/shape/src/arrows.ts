/** Allowed run-time dependencies of a package: workspace packages by folder, others by name. */
export interface Arrows {
  readonly ours: readonly string[];
  readonly others: readonly string[];
  /** Packages that the build bundles with their licenses. */
  readonly builtIn?: readonly string[];
  /** Reason for a separate package: a dependency that others should not install, users who need nothing else, or data with another release cycle. */
  readonly because: string;
}

/** Allowed dependencies between packages. Every package must be listed with a reason. */
export const ARROWS: Readonly<Record<string, Arrows>> = {
  core: { ours: [], others: [], because: 'the contract and the path of one call' },
  'wire-kit': { ours: ['core'], others: [], because: 'providers share it, and applications do not call it' },
  testing: {
    ours: ['core', 'wire-kit', 'redact'],
    others: [],
    because: 'only tests of applications install it',
  },
  records: {
    ours: ['core'],
    others: [],
    because: 'features that store data and engines that store it have it in common',
  },
  conformance: {
    ours: ['core', 'records', 'testing', 'wire-kit', 'admin', 'ledger'],
    others: [],
    because:
      'only tests of providers, stores and engines install it; admin and ledger are optional peers for the types of their stores',
  },
  redact: { ours: [], others: [], because: 'a logger can use it without the rest of majordomo' },
  credentials: {
    ours: ['core', 'wire-kit'],
    others: ['oauth4webapi', '@napi-rs/keyring'],
    because: 'OAuth, which providers with keys do not need; its SDK and the keychain are dependencies',
  },
  'openai-wire': {
    ours: ['core', 'wire-kit'],
    others: [],
    because: 'four providers use this wire, each with another SDK',
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
    because: 'two providers call the same models, each over another wire',
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
  'provider-cloudflare': {
    ours: ['core', 'imagegen', 'wire-kit'],
    others: [],
    because: 'a vendor with a wire for each kind of model',
  },
  'provider-llama-swap': {
    ours: ['core', 'provider-openai', 'imagegen', 'wire-kit'],
    others: [],
    because: 'a local server with routes for swapping models; delegates its chat to provider-openai',
  },
  'provider-cli': {
    ours: ['core', 'wire-kit'],
    others: [],
    because: 'it starts processes, so it runs on Node only',
  },
  imagegen: {
    ours: ['core', 'wire-kit'],
    others: [],
    because: 'four providers share its requests and responses of images',
  },
  media: {
    ours: ['core', 'wire-kit'],
    others: ['sharp', 'music-metadata'],
    because: 'a native dependency; the second is an optional peer for durations',
  },
  ledger: {
    ours: ['core', 'catalog'],
    others: [],
    because: 'applications without limits and spend records do not need it',
  },
  background: {
    ours: ['core', 'catalog', 'ledger', 'records'],
    others: [],
    because:
      'only answers that take minutes and outlive the process need it; ledger, an optional peer, only for its types',
  },
  batch: {
    ours: ['core', 'catalog', 'ledger', 'records'],
    others: [],
    because: 'only jobs that take hours need it; ledger, an optional peer, only for its types',
  },
  cache: {
    ours: ['core', 'records', 'catalog'],
    others: [],
    because:
      'only applications that repeat calls need it; its entry /prompt uses the prices of catalog, an optional peer',
  },
  files: {
    ours: ['core', 'records'],
    others: [],
    because: 'only applications that send large files need it',
  },
  classify: {
    ours: ['core'],
    others: [],
    because: 'only applications that compare probabilities with a threshold need it',
  },
  'store-sqlite': {
    ours: ['core', 'records', 'admin', 'files', 'ledger'],
    others: [],
    because: 'a file on disk: Node only; of all but core and records the types alone, as optional peers',
  },
  'store-cloudflare': {
    ours: ['core', 'records', 'ledger'],
    others: [],
    because: 'its code runs only on this platform; of ledger the types alone, as an optional peer',
  },
  'durable-restate': {
    ours: ['core', 'agent'],
    others: ['@restatedev/restate-sdk', '@restatedev/restate-sdk-clients'],
    because: 'the SDK of its engine, as a peer, because it accepts handlers of one copy only',
  },
  'durable-dbos': {
    ours: ['core', 'agent'],
    others: ['@dbos-inc/dbos-sdk'],
    because: 'the SDK of its engine, as a peer, because it stores its workflows in one copy',
  },
  'store-postgres': {
    ours: ['core', 'records', 'admin', 'agent', 'files', 'ledger'],
    others: [],
    because: 'a separate kind of server; of all but core and records the types alone, as optional peers',
  },
  'store-redis': {
    ours: ['core', 'records', 'agent', 'ledger'],
    others: [],
    because: 'a separate kind of server; of all but core and records the types alone, as optional peers',
  },
  telemetry: {
    ours: ['core', 'agent', 'background', 'batch', 'guards', 'ledger', 'mcp', 'redact'],
    others: ['@opentelemetry/api'],
    because:
      'the API of OpenTelemetry, a peer, whose conventions change; of all but core only the types, as optional peers',
  },
  guards: {
    ours: ['core', 'agent', 'redact'],
    others: [],
    because:
      'only applications that check content need it; of agent and redact only the types, as optional peers',
  },
  routing: {
    ours: ['core', 'catalog', 'ledger'],
    others: [],
    because:
      'only applications that choose models by price, speed or traffic need it; of ledger only the types, as an optional peer',
  },
  'ai-sdk': {
    ours: ['core', 'wire-kit'],
    others: ['@ai-sdk/provider'],
    because: 'the interface of the AI SDK, a peer, has its own major versions',
  },
  ui: {
    ours: ['core', 'agent'],
    others: [],
    because: 'only servers of chat pages need it, and their protocols have their own versions',
  },
  mcp: {
    ours: ['core', 'agent', 'records', 'wire-kit'],
    others: ['@modelcontextprotocol/client', '@modelcontextprotocol/server'],
    because: 'a separate protocol with its SDK',
  },
  a2a: {
    ours: ['core', 'agent', 'records', 'wire-kit'],
    others: ['@a2a-js/sdk'],
    because: 'a separate protocol with its SDK',
  },
  'code-mode': {
    ours: ['agent', 'core'],
    others: ['run'],
    because: 'only agents whose models write programs need it; the sandbox `run` is an optional peer',
  },
  trajectory: {
    ours: ['core', 'agent', 'redact'],
    others: [],
    because: 'only training and audits need its files; of agent and redact only the types',
  },
  evals: {
    ours: ['core', 'agent', 'catalog', 'redact', 'trajectory'],
    others: ['vitest'],
    because:
      'only tests of prompts and agents install it. Optional peers: agent for its types, trajectory for its parser, vitest for the matcher',
  },
  replay: {
    ours: ['core', 'admin', 'batch', 'catalog', 'evals', 'ledger', 'trajectory'],
    others: [],
    because:
      'only the comparison of models on recorded traffic needs it. Optional peers: admin and batch for their types, trajectory for its parser',
  },
  undici: { ours: [], others: ['undici'], because: 'a dependency that core cannot have' },
  'responses-socket': {
    ours: ['core'],
    others: ['ws'],
    because: 'only agents with many steps on the Responses API need it; ws is an optional peer',
  },
  catalog: {
    ours: ['core', 'records'],
    others: [],
    because: 'prices, which change more often than code, and the calculations with them',
  },
  context: {
    ours: ['catalog', 'core', 'media', 'redact'],
    others: ['ignore'],
    because:
      'only long conversations need it; media, an optional peer, loads the files to which a prompt refers',
  },
  gateway: {
    ours: ['core', 'records', 'admin', 'background', 'catalog', 'context', 'files', 'inspector'],
    others: ['@hono/node-server', 'hono', 'ws'],
    because:
      'a server, mainly for clients in other languages. Optional peers: admin has the type of request events, background makes jobs, catalog has dates of retirement, context counts tokens, files has the type of the store of files, inspector is mounted, @hono/node-server and hono serve on Node, ws accepts sockets',
  },
  'mcp-gateway': {
    ours: ['core', 'admin', 'gateway', 'ledger', 'mcp', 'records'],
    others: [],
    because:
      'only gateways that serve MCP need it, and the SDK of MCP; of gateway, and of the optional peers admin and ledger, only the types',
  },
  inspector: {
    ours: ['core', 'catalog', 'ledger', 'redact'],
    others: [],
    builtIn: ['preact'],
    because:
      'a page for operators, with its own libraries. Optional peers: catalog has dates of retirement, ledger has only types',
  },
  admin: {
    ours: ['core', 'ledger', 'records', 'redact'],
    others: [],
    because: 'only operators of gateways need it; ledger, an optional peer, only for the type of limits',
  },
  agent: { ours: ['core', 'records'], others: [], because: 'applications without tools do not need it' },
  skills: {
    ours: ['agent', 'context', 'core'],
    others: ['yaml'],
    because: 'only agents with SKILL.md files need it, and the parser of YAML',
  },
  cli: {
    ours: [
      'records',
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
      'mcp-gateway',
      'redact',
      'skills',
      'store-postgres',
      'store-redis',
      'store-sqlite',
      'telemetry',
      'testing',
      'trajectory',
      'undici',
      'background',
      'batch',
      'classify',
      'responses-socket',
      'eslint-plugin',
      'evals',
      'replay',
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
    because: 'a command; the packages of vendors other than OpenAI and Anthropic are optional peers',
  },
  'create-majordomo': {
    ours: ['core'],
    others: ['@clack/prompts', 'validate-npm-package-name'],
    because: 'a command that creates applications, and is not a dependency of one',
  },
  'lint-rule': {
    ours: [],
    others: ['eslint', '@babel/parser'],
    because: 'a plugin of ESLint, which an application does not load',
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
  'store-sqlite': 'it uses node:sqlite',
  'durable-dbos': 'it connects to PostgreSQL over a socket',
  'durable-restate': 'its SDK serves over HTTP/2',
  skills: 'it reads SKILL.md files from disk',
  context: 'it reads files of projects, and runs git',
  catalog: 'its entry `/node` reads and writes files',
  files: 'its entry `/node` stores files in a folder',
  gateway: 'its entry `/node` listens',
  evals: 'it reads and writes files',
  replay: 'it stores answers in files',
  batch: 'it writes inputs of batches to files',
  trajectory: 'it writes files',
  undici: 'undici sends over sockets of Node',
  'responses-socket': 'its default socket is one of the package ws',
  'mcp-gateway': 'it starts programs of MCP servers',
  mcp: 'it starts programs, and serves on stdin; addresses and fetch need no Node',
  credentials: 'its vaults are on disk and in keychains',
  'lint-rule': 'it runs inside ESLint',
  cli: 'it is a command',
  'create-majordomo': 'it is a command',
};
