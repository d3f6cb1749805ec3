// `pnpm sizes`: measures the bundle sizes of majordomo and of the vendors' SDKs. Fails above a limit. `--table` writes the page.
// `--record` packs all packages, and writes the sizes that the next changes may exceed by 15 %.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { folderOf, ROOT } from '../build/packages.ts';
import { checkPackage } from '../release/check-package.mjs';
import { lacksOfSize } from '../release/lacks.ts';
import { publicPackages } from '../release/packages.mjs';
import { tableOf, writeBetween } from './page-table.mjs';

const { build } = createRequire(join(ROOT, 'tooling/shape/package.json'))('esbuild');
const RECORDED = join(ROOT, 'tooling/release/sizes.json');
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
SDKS.both = SDKS.openai + SDKS.anthropic;
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

/** `beside`: SDKs for the comparison. */
const ROWS = [
  { name: '`openai` alone', code: SDKS.openai },
  { name: '`@anthropic-ai/sdk` alone', code: SDKS.anthropic },
  { name: 'both SDKs alone', code: SDKS.both },
  { name: 'core', code: `${CORE} console.log(createMajordomo);` },
  { name: 'core, OpenAI', code: withProviders(OPENAI), beside: ['openai'] },
  {
    name: 'core, OpenAI over Responses alone',
    code: withProviders(['createOpenAI', 'provider-openai/responses']),
    beside: ['openai'],
  },
  {
    name: 'core, OpenAI over Chat Completions alone',
    code: withProviders(['createOpenAI', 'provider-openai/chat']),
    beside: ['openai'],
  },
  { name: 'core, Anthropic', code: withProviders(ANTHROPIC), beside: ['anthropic'] },
  {
    name: 'core, OpenAI, Anthropic',
    code: withProviders(OPENAI, ANTHROPIC),
    beside: ['openai', 'anthropic'],
  },
  {
    name: 'core, a chain as a model of the AI SDK',
    code: `${CORE} import { toAISDK } from '@majordomo/ai-sdk'; console.log(toAISDK(createMajordomo({ providers: [] })));`,
  },
];

/** Entries for pages, without core and agent. */
const UI = {
  name: 'ui without core',
  code: "export * from './index.js'; export * from './ag-ui.js';",
};

async function main(isTable, isRecord) {
  const rows = [];
  for (const row of ROWS) rows.push({ ...row, ...(await weigh(row)) });
  const ui = { resolveDir: join(folderOf('ui'), 'dist'), external: ['@majordomo/*'] };
  const sizes = sizesOf([...rows, { ...UI, ...(await weigh(UI, ui)) }]);
  if (isRecord) record(sizes);
  const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')).bundles;
  const grown = Object.entries(sizes).flatMap(([name, bytes]) => [...lacksOfSize(name, bytes, recorded)]);
  for (const problem of grown) console.log(`FAILED ${problem}`);
  const compared = rows.map((row) => ({ ...row, ratio: ratioOf(row, rows) }));
  for (const { name, browser, ratio } of compared) {
    const beside = ratio === undefined ? '' : `, ${ratio.toFixed(2)} × SDK`;
    console.log(`${name}: ${kB(browser.gzipped)} gzipped${beside}`);
  }
  if (grown.length === 0 && isTable) writeTable([...compared, ...(await peerRows())]);
  return grown.length === 0 ? 0 : 1;
}

/** Returns the gzipped bytes by row: of the complete file for a page, and of the code that is loaded before the first call. */
function sizesOf(rows) {
  const ours = rows.filter(({ code }) => !Object.values(SDKS).includes(code));
  return Object.fromEntries(
    ours.flatMap(({ name, browser, start }) => [
      [name, browser.gzipped],
      [`${name}, before the first call`, start.gzipped],
    ]),
  );
}

function record(bundles) {
  const scratch = mkdtempSync(join(tmpdir(), 'majordomo-sizes-'));
  const unpacked = {};
  for (const { folder, name, tarball } of publicPackages())
    unpacked[name] = checkPackage(folder, join(scratch, tarball)).bytes;
  rmSync(scratch, { recursive: true, force: true });
  writeFileSync(RECORDED, `${JSON.stringify({ bundles, unpacked }, null, 2)}\n`);
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

function ratioOf({ browser, beside }, rows) {
  if (beside === undefined) return undefined;
  const alone = beside.length === 2 ? SDKS.both : SDKS[beside[0]];
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

process.exitCode = await main(process.argv.includes('--table'), process.argv.includes('--record'));
