// Tests a separate repository with packed tarballs in a temporary folder: installs core, one provider and the plugin,
// calls a model on 127.0.0.1, and checks that a raw import fails its CI. Needs the package registry, pnpm on the PATH
// and built packages:
// pnpm exec node apps/lint-rule/acceptance/sibling.mjs
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anthropicMessages, startWireServer } from '@majordomo/conformance';
import { folderOf } from '../../../tooling/build/packages.ts';
import { withDependencies } from '../../../tooling/release/closure.mjs';

const UNWANTED = ['openai', 'groq-sdk', '@google/genai', '@aws-sdk', 'ollama', 'sharp'];
const SUMMARISE = `import { createMajordomo, user, type ChatModel } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';

const provider = createAnthropic({ apiKey: 'any', baseURL: process.argv[2] });
const model: ChatModel = createMajordomo({ providers: [provider] }).model('anthropic/claude-test');
console.log((await model.generate({ messages: [user('Make it shorter.')] })).text);
`;

const ESLINT_CONFIG = `import majordomo from '@majordomo/eslint-plugin';

export default [majordomo.configs.recommended];
`;

const scratch = mkdtempSync(join(tmpdir(), 'majordomo-sibling-'));
let failed = 0;

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(failed === 0 ? 'sibling: all as it should be' : `sibling: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function main() {
  const packages = withDependencies(['core', 'provider-anthropic']).map(pack);
  const plugin = pack('lint-rule');

  const lean = project('lean', {});
  install(lean, packages);
  for (const name of UNWANTED)
    check(`core and one provider bring no ${name}`, !existsSync(join(lean, 'node_modules', name)));

  const sibling = project('sibling', {
    'src/summarise.ts': SUMMARISE,
    'eslint.config.js': ESLINT_CONFIG,
  });
  install(sibling, [...packages, plugin]);
  check('the plugin brings no typescript', !existsSync(join(sibling, 'node_modules/typescript')));
  const answer = await withVendor((url) =>
    run(sibling, 'node', ['--experimental-strip-types', 'src/summarise.ts', url]),
  );
  check('it calls a model', answer.status === 0 && answer.stdout.trim() === 'Short.', answer);

  const lint = ['exec', '--no', '--', 'majordomo-lint', 'src'];
  const eslint = ['exec', '--no', '--', 'eslint', '.'];
  const clean = await run(sibling, 'npm', lint);
  check('its CI passes', clean.status === 0 && clean.stdout.includes('No raw calls in 1 file.'), clean);
  const linted = await run(sibling, 'npm', eslint);
  check('its ESLint passes', linted.status === 0, linted);
  writeFileSync(
    join(sibling, 'src/raw.ts'),
    "import Anthropic from '@anthropic-ai/sdk';\nexport const raw = Anthropic;\n",
  );
  const red = await run(sibling, 'npm', lint);
  check(
    'its CI fails on a raw import',
    red.status === 1 && red.stdout.includes('src/raw.ts:1:1  no-raw-sdk'),
    red,
  );
  const redder = await run(sibling, 'npm', eslint);
  check(
    'its ESLint fails on a raw import',
    redder.status === 1 && redder.stdout.includes('majordomo/no-raw-sdk'),
    redder,
  );
}

function pack(id) {
  const { status, stdout, stderr } = spawnSync('pnpm', ['pack', '--json', '--pack-destination', scratch], {
    cwd: folderOf(id),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`pnpm pack of ${id}: ${stderr}`);
  const { filename } = JSON.parse(stdout);
  return filename.startsWith('/') ? filename : join(scratch, filename);
}

function project(name, files) {
  const folder = join(scratch, name);
  for (const [path, text] of Object.entries({
    'package.json': `{ "name": "${name}", "type": "module" }`,
    ...files,
  })) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function install(folder, tarballs) {
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`npm install in ${folder}: ${stderr}`);
}

/** Runs a command asynchronously, because the mock vendor runs in this process. */
function run(cwd, command, args) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes) => (stdout += bytes));
  child.stderr.on('data', (bytes) => (stderr += bytes));
  child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr }));
  return promise;
}

/** Serves answers of the Messages API. */
async function withVendor(use) {
  await using server = await startWireServer({ wire: anthropicMessages, script: () => 'Short.' });
  return await use(server.baseURL);
}

function check(what, holds, seen) {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}`);
  if (holds) return;
  failed += 1;
  if (seen !== undefined) console.log(seen);
}
