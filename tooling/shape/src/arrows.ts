/** Allowed run-time dependencies of a package: workspace packages by folder, others by name. */
export interface Arrows {
  readonly ours: readonly string[];
  readonly others: readonly string[];
  /** Packages that the build bundles with their licenses. */
  readonly builtIn: readonly string[];
}

/**
 * Describes a package by the reason for it: a dependency that others should not install, users who need nothing else, or data with
 * another release cycle. The other parameters are lists of names, separated by spaces.
 */
function arrows(_because: string, ours = '', others = '', builtIn = ''): Arrows {
  const namesIn = (list: string): readonly string[] => list.split(' ').filter((name) => name !== '');
  return { ours: namesIn(ours), others: namesIn(others), builtIn: namesIn(builtIn) };
}

/** Allowed dependencies between packages. Every package must be listed with a reason. */
export const ARROWS: Readonly<Record<string, Arrows>> = {
  core: arrows('the contract and the path of one call'),
  'wire-kit': arrows('providers share it, and applications do not call it', 'core'),
  testing: arrows('only tests of applications install it', 'core wire-kit redact'),
  records: arrows('features that store data and engines that store it have it in common', 'core'),
  conformance: arrows(
    'only tests of providers, stores and engines install it; admin and ledger are optional peers for ' +
      'the types of their stores',
    'core records testing wire-kit admin ledger',
  ),
  redact: arrows('a logger can use it without the rest of majordomo'),
  credentials: arrows(
    'OAuth, which providers with keys do not need; its SDK and the keychain are dependencies',
    'core wire-kit',
    'oauth4webapi @napi-rs/keyring',
  ),
  'openai-wire': arrows('four providers use this wire, each with another SDK', 'core wire-kit'),
  'provider-openai': arrows('its SDK', 'core openai-wire imagegen', 'openai'),
  'provider-groq': arrows('its SDK', 'core openai-wire', 'groq-sdk'),
  'provider-cerebras': arrows('its SDK', 'core openai-wire', '@cerebras/cerebras_cloud_sdk'),
  claude: arrows('two providers call the same models, each over another wire', 'core wire-kit'),
  'provider-anthropic': arrows('its SDK', 'claude core wire-kit', '@anthropic-ai/sdk'),
  'provider-google': arrows('its SDK', 'core imagegen wire-kit', '@google/genai'),
  'provider-bedrock': arrows('its SDK', 'claude core wire-kit', '@aws-sdk/client-bedrock-runtime'),
  'provider-ollama': arrows('its SDK', 'core wire-kit', 'ollama'),
  'provider-cloudflare': arrows('a vendor with a wire for each kind of model', 'core imagegen wire-kit'),
  'provider-llama-swap': arrows(
    'a local server with routes for swapping models; delegates its chat to provider-openai',
    'core provider-openai imagegen wire-kit',
  ),
  'provider-cli': arrows('it starts processes, so it runs on Node only', 'core wire-kit'),
  imagegen: arrows('four providers share its requests and responses of images', 'core wire-kit'),
  media: arrows(
    'a native dependency; the second is an optional peer for durations',
    'core wire-kit',
    'sharp music-metadata',
  ),
  ledger: arrows('applications without limits and spend records do not need it', 'core catalog'),
  background: arrows(
    'only answers that take minutes and outlive the process need it; ledger, an optional peer, only ' +
      'for its types',
    'core catalog ledger records',
  ),
  batch: arrows(
    'only jobs that take hours need it; ledger, an optional peer, only for its types',
    'core catalog ledger records',
  ),
  cache: arrows(
    'only applications that repeat calls need it; its entry /prompt uses the prices of catalog, an ' +
      'optional peer',
    'core records catalog',
  ),
  files: arrows('only applications that send large files need it', 'core records'),
  classify: arrows('only applications that compare probabilities with a threshold need it', 'core'),
  'store-sqlite': arrows(
    'a file on disk: Node only; of all but core and records the types alone, as optional peers',
    'core records admin files ledger',
  ),
  'store-cloudflare': arrows(
    'its code runs only on this platform; of ledger the types alone, as an optional peer',
    'core records ledger',
  ),
  'durable-restate': arrows(
    'the SDK of its engine, as a peer, because it accepts handlers of one copy only',
    'core agent',
    '@restatedev/restate-sdk @restatedev/restate-sdk-clients',
  ),
  'durable-dbos': arrows(
    'the SDK of its engine, as a peer, because it stores its workflows in one copy',
    'core agent',
    '@dbos-inc/dbos-sdk',
  ),
  'store-postgres': arrows(
    'a separate kind of server; of all but core and records the types alone, as optional peers',
    'core records admin agent files ledger',
  ),
  'store-redis': arrows(
    'a separate kind of server; of all but core and records the types alone, as optional peers',
    'core records agent ledger',
  ),
  telemetry: arrows(
    'the API of OpenTelemetry, a peer, whose conventions change; of all but core only the types, as ' +
      'optional peers',
    'core agent background batch guards ledger mcp redact',
    '@opentelemetry/api',
  ),
  guards: arrows(
    'only applications that check content need it; of agent and redact only the types, as optional ' +
      'peers',
    'core agent redact',
  ),
  routing: arrows(
    'only applications that choose models by price, speed or traffic need it; of ledger only the ' +
      'types, as an optional peer',
    'core catalog ledger',
  ),
  'ai-sdk': arrows(
    'the interface of the AI SDK, a peer, has its own major versions',
    'core wire-kit',
    '@ai-sdk/provider',
  ),
  ui: arrows('only servers of chat pages need it, and their protocols have their own versions', 'core agent'),
  mcp: arrows(
    'a separate protocol with its SDK',
    'core agent records wire-kit',
    '@modelcontextprotocol/client @modelcontextprotocol/server',
  ),
  a2a: arrows('a separate protocol with its SDK', 'core agent records wire-kit', '@a2a-js/sdk'),
  'code-mode': arrows(
    'only agents whose models write programs need it; the sandbox `run` is an optional peer',
    'agent core',
    'run',
  ),
  trajectory: arrows(
    'only training and audits need its files; of agent and redact only the types',
    'core agent redact',
  ),
  evals: arrows(
    'only tests of prompts and agents install it. Optional peers: agent for its types, trajectory for ' +
      'its parser, vitest for the matcher',
    'core agent catalog redact trajectory',
    'vitest',
  ),
  replay: arrows(
    'only the comparison of models on recorded traffic needs it. Optional peers: admin and batch for ' +
      'their types, trajectory for its parser',
    'core admin batch catalog evals ledger trajectory',
  ),
  undici: arrows('a dependency that core cannot have', '', 'undici'),
  'responses-socket': arrows(
    'only agents with many steps on the Responses API need it; ws is an optional peer',
    'core',
    'ws',
  ),
  catalog: arrows(
    'prices, which change more often than code, and the calculations with them',
    'core records',
  ),
  context: arrows(
    'only long conversations need it; media, an optional peer, loads the files to which a prompt ' + 'refers',
    'catalog core media redact',
    'ignore',
  ),
  gateway: arrows(
    'a server, mainly for clients in other languages. Optional peers: admin has the type of request ' +
      'events, background makes jobs, catalog has dates of retirement, context counts tokens, files has ' +
      'the type of the store of files, inspector is mounted, @hono/node-server and hono serve on Node, ' +
      'ws accepts sockets',
    'core records admin background catalog context files inspector',
    '@hono/node-server hono ws',
  ),
  'mcp-gateway': arrows(
    'only gateways that serve MCP need it, and the SDK of MCP; of gateway, and of the optional peers ' +
      'admin and ledger, only the types',
    'core admin gateway ledger mcp records',
  ),
  inspector: arrows(
    'a page for operators, with its own libraries. Optional peers: catalog has dates of retirement, ' +
      'ledger has only types',
    'core catalog ledger redact',
    '',
    'preact',
  ),
  admin: arrows(
    'only operators of gateways need it; ledger, an optional peer, only for the type of limits',
    'core ledger records redact',
  ),
  agent: arrows('applications without tools do not need it', 'core records'),
  skills: arrows(
    'only agents with SKILL.md files need it, and the parser of YAML',
    'agent context core',
    'yaml',
  ),
  cli: arrows(
    'a command; the packages of vendors other than OpenAI and Anthropic are optional peers',
    'records wire-kit admin agent catalog context core credentials gateway inspector routing ledger ' +
      'mcp mcp-gateway redact skills store-postgres store-redis store-sqlite telemetry testing ' +
      'trajectory undici background batch classify responses-socket eslint-plugin evals replay ' +
      'openai-wire provider-anthropic provider-bedrock provider-cerebras provider-cli ' +
      'provider-cloudflare provider-google provider-groq provider-llama-swap provider-ollama ' +
      'provider-openai',
    'commander @clack/prompts @hono/node-server hono marked @opentelemetry/api ' +
      '@opentelemetry/exporter-trace-otlp-http @opentelemetry/sdk-trace',
  ),
  'create-majordomo': arrows(
    'a command that creates applications, and is not a dependency of one',
    'core',
    '@clack/prompts validate-npm-package-name',
  ),
  'lint-rule': arrows('a plugin of ESLint, which an application does not load', '', 'eslint @babel/parser'),
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
