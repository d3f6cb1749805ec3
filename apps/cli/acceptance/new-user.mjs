// Runs the command as a new user does: with npx, from packed tarballs in an empty folder. A vendor on 127.0.0.1 is simulated.
// Requires the registry and built packages: pnpm exec node apps/cli/acceptance/new-user.mjs
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { folderOf } from '../../../tooling/build/packages.ts';
import { withDependencies } from '../../../tooling/release/closure.mjs';

/** The command, and a server that simulates a vendor. */
const PACKAGES = withDependencies(['cli', 'conformance']);
const UNWANTED = ['@google/genai', '@aws-sdk', 'ollama', 'sharp', 'eslint', '@majordomo/provider-google'];
const SECRET = 'sk-of-a-new-user';
const CONFIG = `import { defineConfig } from 'majordomo';

export default defineConfig({ model: 'fast', aliases: { fast: 'lab/gone,lab/gpt-4o' } });
`;

const scratch = mkdtempSync(join(tmpdir(), 'majordomo-new-user-'));
const app = join(scratch, 'app');
let failed = 0;

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(failed === 0 ? 'new user: all as it should be' : `new user: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function main() {
  mkdirSync(app);
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', ...PACKAGES.map(pack)]);
  for (const name of UNWANTED) {
    check(`the command brings no ${name}`, !existsSync(join(app, 'node_modules', name)));
  }
  await withNothing();
  const conformance = join(app, 'node_modules/@majordomo/conformance/dist/index.js');
  const { openaiChat, startWireServer } = await import(pathToFileURL(conformance).href);
  const server = await startWireServer({
    wire: openaiChat,
    script: ({ model }) => (model === 'gone' ? { failure: 'not-found' } : 'Hello.'),
  });
  try {
    await withVendor({ LLM_LAB: server.baseURL.replace('http://', `openai+http://${SECRET}@`) });
  } finally {
    await server.close();
  }
}

async function withNothing() {
  const first = await majordomo({}, 'chat');
  check('chat says in three lines what to do', first.code === 2 && lines(first.err) === 3, first);
  check('… and names the demo', first.err.includes('majordomo demo'), first);
  const doctor = await majordomo({}, 'doctor');
  check('doctor finds nothing to mend', doctor.code === 0, doctor);
  check(
    'doctor names what can be installed',
    /npm install @majordomo\/provider-google/.test(doctor.out),
    doctor,
  );
  check('doctor says what to do next', /\nNext: /.test(doctor.out), doctor);
  const models = await majordomo({}, 'models');
  check('models says what is missing', models.code === 2 && models.err.includes('OPENAI_API_KEY'), models);
  const ollama = await majordomo({}, 'chat', 'ollama/qwen3', 'hi');
  check(
    'a missing package is named with its install command',
    ollama.code === 2 && ollama.err.includes('npm install @majordomo/provider-ollama'),
    ollama,
  );
  const demo = await majordomo({}, 'demo');
  check(
    'the demo plays to its end',
    demo.code === 0 && demo.out.includes('Every call returned one complete answer'),
    demo,
  );
  const long = demo.out.split('\n').filter((line) => [...line].length > 80);
  check('… in 80 columns', long.length === 0, long);
}

async function withVendor(env) {
  const chat = await majordomo(env, 'chat', 'lab/gpt-4o', 'hi');
  check(
    'chat answers',
    chat.code === 0 && chat.out === 'Hello.\n' && chat.err.startsWith('lab/gpt-4o ·'),
    chat,
  );
  writeFileSync(join(app, 'majordomo.config.ts'), CONFIG);
  const trusted = await majordomo(env, 'trust');
  check('the configuration can be trusted', trusted.code === 0, trusted);
  const configured = await majordomo(env, 'chat', 'Why is the sky blue?');
  check(
    'a configuration in TypeScript gives the model, without a warning',
    configured.out === 'Hello.\n' && /^lab\/gpt-4o .*\n {2}lab\/gone failed/.test(configured.err),
    configured,
  );
  const ping = await majordomo(env, 'ping', 'fast');
  check('ping asks each target', ping.code === 1 && /✗ not-found/.test(ping.out) && /✓/.test(ping.out), ping);
  const doctor = await majordomo({ ...env, OPENAI_API_KEY: SECRET }, 'doctor');
  check('doctor knows the DSN', /✓ LLM_LAB .*with a token/.test(doctor.out), doctor);
  const all = [chat, configured, ping, doctor].map(({ out, err }) => out + err).join('');
  check('no secret is shown', !all.includes(SECRET));
}

function lines(text) {
  return text.trimEnd().split('\n').length;
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

function npm(args) {
  const { status, stderr } = spawnSync('npm', args, { cwd: app, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args[0]}: ${stderr}`);
}

/** Runs the command asynchronously, because this process simulates the vendor. The command reads no configuration of this machine. */
function majordomo(env, ...argv) {
  const { PATH, npm_config_cache: cache } = process.env;
  const { promise, resolve, reject } = Promise.withResolvers();
  const child = spawn('npx', ['--no-install', 'majordomo', ...argv], {
    cwd: app,
    env: {
      PATH,
      HOME: scratch,
      ...(cache && { npm_config_cache: cache }),
      npm_config_update_notifier: 'false',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran = { code: undefined, out: '', err: '' };
  child.stdout.on('data', (bytes) => (ran.out += bytes));
  child.stderr.on('data', (bytes) => (ran.err += bytes));
  child.on('error', reject).on('close', (code) => resolve({ ...ran, code }));
  return promise;
}

function check(what, holds, seen) {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}`);
  if (holds) return;
  failed += 1;
  if (seen !== undefined) console.log(seen);
}
