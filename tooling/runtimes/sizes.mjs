// `pnpm sizes`: measures the bundle sizes of majordomo and of the vendors' SDKs. Fails above a limit. `--table` writes the page.
import { existsSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { folderOf, ROOT } from '../build/packages.ts';
import { tableOf, writeBetween } from './page-table.mjs';

const { build } = createRequire(join(ROOT, 'tooling/shape/package.json'))('esbuild');
const TABLE = {
  page: join(ROOT, 'apps/docs/bundles.md'),
  begin: '<!-- sizes: written by `pnpm sizes --table` -->',
  end: '<!-- sizes: end -->',
};

/** Export conditions of bundlers for pages and Workers. */
const TARGETS = { browser: ['browser'], workerd: ['workerd', 'worker', 'browser'] };

const SDKS = {
  openai: "import { OpenAI } from 'openai'; console.log(new OpenAI({ apiKey }));",
  anthropic: "import { Anthropic } from '@anthropic-ai/sdk'; console.log(new Anthropic({ apiKey }));",
};
const CORE = "import { createMajordomo } from '@majordomo/core';";
const withProviders = (...providers) => {
  const imports = providers.map(([create, from]) => `import { ${create} } from '@majordomo/${from}';`);
  const made = providers.map(([create]) => `${create}()`);
  return `${CORE} ${imports.join(' ')} console.log(createMajordomo({ providers: [${made.join()}] }));`;
};
const OPENAI = ['createOpenAI', 'provider-openai'];
const ANTHROPIC = ['createAnthropic', 'provider-anthropic'];

/** Other libraries in the benchmarked versions, for pages only. */
const PEERS = join(ROOT, 'tooling/bench/peers');
const PEER_ROWS = [
  {
    name: 'AI SDK, OpenAI, Anthropic',
    code: `import { generateText, streamText } from 'ai'; import { createOpenAI } from '@ai-sdk/openai';
      import { createAnthropic } from '@ai-sdk/anthropic';
      console.log(generateText, streamText, createOpenAI(), createAnthropic());`,
  },
  {
    name: 'TanStack AI, OpenAI, Anthropic',
    code: `import { chat } from '@tanstack/ai'; import { createAnthropicChat } from '@tanstack/ai-anthropic';
      import { createOpenaiChatCompletions } from '@tanstack/ai-openai';
      console.log(chat, createOpenaiChatCompletions('a', 'b'), createAnthropicChat('a', 'b'));`,
  },
  {
    name: 'LangChain models, OpenAI, Anthropic',
    code: `import { ChatOpenAI } from '@langchain/openai'; import { ChatAnthropic } from '@langchain/anthropic';
      console.log(new ChatOpenAI(), new ChatAnthropic());`,
  },
  {
    name: 'pi-ai',
    code: "import { complete, stream } from '@mariozechner/pi-ai'; console.log(complete, stream);",
  },
  { name: 'Mastra, an agent', code: "import { Agent } from '@mastra/core/agent'; console.log(Agent);" },
];

/**
 * `beside`: SDKs for the comparison. `most`: maximum ratio of the gzipped sizes. `mostAtStart`: maximum gzipped size of the
 * code that is loaded before the first call, in bytes.
 */
const ROWS = [
  { name: '`openai` alone', code: SDKS.openai },
  { name: '`@anthropic-ai/sdk` alone', code: SDKS.anthropic },
  { name: 'both SDKs alone', code: SDKS.openai + SDKS.anthropic },
  // Decision record 0042.
  { name: 'core', code: `${CORE} console.log(createMajordomo);`, mostAtStart: 47 * 1024 },
  { name: 'core, OpenAI', code: withProviders(OPENAI), beside: ['openai'], most: 2.6 },
  {
    name: 'core, OpenAI over Responses alone',
    code: withProviders(['createOpenAI', 'provider-openai/responses']),
    beside: ['openai'],
    most: 2.38,
  },
  {
    name: 'core, OpenAI over Chat Completions alone',
    code: withProviders(['createOpenAI', 'provider-openai/chat']),
    beside: ['openai'],
    most: 2.34,
  },
  { name: 'core, Anthropic', code: withProviders(ANTHROPIC), beside: ['anthropic'], most: 1.55 },
  {
    name: 'core, OpenAI, Anthropic',
    code: withProviders(OPENAI, ANTHROPIC),
    beside: ['openai', 'anthropic'],
    most: 1.62,
  },
  {
    name: 'core, a chain as a model of the AI SDK',
    code: `${CORE} import { toAISDK } from '@majordomo/ai-sdk'; console.log(toAISDK(createMajordomo({ providers: [] })));`,
  },
];

async function main(isTable) {
  const rows = [];
  for (const row of ROWS) rows.push({ ...row, ...(await weigh(row)) });
  const judged = rows.map((row) => ({ ...row, ratio: ratioOf(row, rows) }));
  for (const row of judged) {
    const { name, browser, ratio, most } = row;
    const beside = ratio === undefined ? '' : `, ${ratio.toFixed(2)} × SDK of at most ${most}`;
    console.log(`${isOver(row) ? 'FAILED ' : ''}${name}: ${kB(browser.gzipped)} gzipped${beside}`);
  }
  const isGood = !judged.some(isOver);
  if (isGood && isTable) writeTable([...judged, ...(await peerRows())]);
  return isGood ? 0 : 1;
}

/** Excludes Node modules that some packages import even for pages, and an optional package that pi-ai imports. */
async function peerRows() {
  if (!existsSync(join(PEERS, 'node_modules'))) throw new Error(`first run "npm ci" in ${PEERS}`);
  const external = [...builtinModules.flatMap((name) => [name, `node:${name}`]), '@opentelemetry/api'];
  return Promise.all(
    PEER_ROWS.map(async (row) => ({ ...row, ...(await weigh(row, { resolveDir: PEERS, external })) })),
  );
}

/**
 * Returns the sizes of a file for a page, a file for a Worker, and the code that a page with code splitting loads before its
 * first call.
 */
async function weigh({ code }, { resolveDir = join(ROOT, 'tooling/shape'), external = [] } = {}) {
  const bundle = async (conditions, splitting) => {
    const { outputFiles } = await build({
      stdin: { contents: `const apiKey = 'key'; ${code}`, resolveDir },
      bundle: true,
      external,
      loader: { '.wasm': 'binary' },
      minify: true,
      format: 'esm',
      target: 'es2023',
      platform: 'browser',
      conditions,
      splitting,
      // The measured SDK versions are those of the packages.
      nodePaths: ['anthropic', 'openai'].map((id) => join(folderOf(`provider-${id}`), 'node_modules')),
      outdir: ROOT,
      write: false,
      logLevel: 'silent',
    });
    return outputFiles;
  };
  const [[browser], [workerd], chunks] = await Promise.all([
    bundle(TARGETS.browser, false),
    bundle(TARGETS.workerd, false),
    bundle(TARGETS.browser, true),
  ]);
  return { browser: sizeOf([browser]), workerd: sizeOf([workerd]), start: sizeOf(loadedAtStart(chunks)) };
}

/** Returns the entry with its static imports. */
function loadedAtStart(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.path.split('/').at(-1), chunk]));
  const seen = new Set(['stdin.js']);
  for (const name of seen)
    for (const [, , next] of byName.get(name).text.matchAll(/\b(import|from)\s*"\.\/([^"]+)"/g))
      seen.add(next);
  return [...seen].map((name) => byName.get(name));
}

const sizeOf = (files) => ({
  minified: files.reduce((sum, { contents }) => sum + contents.length, 0),
  gzipped: files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
});

const isOver = ({ ratio = 0, most = Infinity, start, mostAtStart = Infinity }) =>
  ratio > most || start.gzipped > mostAtStart;

function ratioOf({ browser, beside }, rows) {
  if (beside === undefined) return undefined;
  const alone = beside.length === 2 ? SDKS.openai + SDKS.anthropic : SDKS[beside[0]];
  return browser.gzipped / rows.find(({ code }) => code === alone).browser.gzipped;
}

const kB = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;

function writeTable(rows) {
  const head = ['in the bundle', 'browser', 'workerd', 'before the first call', 'gzipped, next to the SDK'];
  const cells = rows.map(({ name, browser, workerd, start, ratio }) => {
    const sizes = [browser, workerd, start].map(({ minified, gzipped }) => `${kB(minified)}, ${kB(gzipped)}`);
    return [name, ...sizes, ratio === undefined ? '' : `${ratio.toFixed(2)} ×`];
  });
  writeBetween(TABLE, tableOf(head, cells));
}

process.exitCode = await main(process.argv.includes('--table'));
