// Conformance suite and smoke test for a guest. This process runs the vendors' servers and counts the results; the guest makes
// the calls. Arguments: the guest's bundle, and the command that starts the guest with the bridge's URL.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBridge } from './bridge.mjs';
import { runCases, tell } from './cases.mjs';
import { MODEL_CANNOT, MODELS } from './models.mjs';
import { PROVIDERS } from './providers.mjs';
import { startSmokeServers } from './smoke-servers.mjs';
import { WIRES } from './wires.mjs';

const [kind, binary] = process.argv.slice(2);
const RECOVERY = 'a recovery is a function, which the suite cannot send to this runtime';
const OWN_CLIENT = 'on a web page, the application must create the clients of these SDKs with the key';
const EAGER =
  'if the connection is closed, this runtime discards the part of the body that it has already read';
const CANNOT = { 'chain-recover-parameter': RECOVERY, 'chain-recover-signature': RECOVERY };
const AGAIN = 'Chromium sends a request again by itself when a kept connection answers 408';
const OF_RUNTIMES = {
  bun: () => ({ 'chain-cut': EAGER }),
  workerd: () => ({}),
  chromium: (side) => ({
    'chain-cut': EAGER,
    'failure-timeout': AGAIN,
    ...(side !== 'gemini-generate' && { 'missing-key': OWN_CLIENT }),
  }),
};

const scratch = mkdtempSync(join(tmpdir(), 'majordomo-guest-'));
/** Bun loads packages by itself. */
const isProcess = kind === 'bun';
const bundle = isProcess ? '' : readFileSync(join(import.meta.dirname, `${kind}.bundle.js`), 'utf8');
const bridge = await openBridge({
  '': '<!doctype html><title>guest</title><script type="module" src="/guest.js"></script>',
  'guest.js': bundle,
});
const guest = spawn(binary, argumentsOf(kind), { stdio: ['ignore', 'inherit', 'pipe'], env: environment() });
let said = '';
guest.stderr.setEncoding('utf8').on('data', (text) => (said += text));
guest.once('exit', (code) => {
  if (code === 0) return;
  console.error(`the guest ended with code ${code}: ${said.slice(-2000)}`);
  process.exit(1);
});

try {
  await runSmoke();
  for (const side of Object.keys(PROVIDERS)) await runSide(side);
  tell({ ended: true });
} finally {
  bridge.close();
  guest.removeAllListeners('exit');
  guest.kill('SIGKILL');
  await new Promise((resolve) => guest.once('close', resolve));
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}

async function runSmoke() {
  const { baseURLs, close } = await startSmokeServers();
  const { results } = await bridge.ask({ do: 'smoke', baseURLs }).lines.next();
  for (const [name, step, problem] of results ?? [['core', 'the guest runs', 'it crashed']])
    tell({ package: name, step, problem: problem ?? undefined });
  await close();
}

async function runSide(side) {
  const harness = {
    wire: WIRES[side],
    model: MODELS[side],
    open: ({ baseURL, apiKey }) => bridge.provider(side, { baseURL, apiKey }),
    // Each attempt takes a round trip over the bridge.
    startMs: 200,
    cannot: { ...MODEL_CANNOT[side], ...CANNOT, ...OF_RUNTIMES[kind](side) },
  };
  await runCases(side, harness, tell);
}

function argumentsOf(name) {
  if (isProcess)
    return ['--unhandled-rejections=strict', join(import.meta.dirname, 'guest-process.mjs'), bridge.url];
  if (name === 'workerd') return ['test', workerConfig()];
  // Disable CORS, because the test servers are on other origins and send no CORS headers.
  const open = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-web-security',
  ];
  return [...open, `--user-data-dir=${join(scratch, 'profile')}`, `${bridge.url}/`];
}

/** No `nodejs_compat`, and a compatibility date before `Buffer` and `process` became available by default. */
function workerConfig() {
  const file = join(scratch, 'config.capnp');
  // Write the URL to a separate file, because Cap'n Proto does not support all escapes of JSON.
  writeFileSync(join(scratch, 'guest.js'), bundle);
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = (
    compatibilityDate = "2026-04-01", globalOutbound = "local",
    modules = [(name = "guest.js", esModule = embed "guest.js")],
    bindings = [(name = "HOST", text = "${bridge.url}")],
  )),
  (name = "local", network = (allow = ["private"])),
]);
`,
  );
  return file;
}

function environment() {
  return { PATH: process.env.PATH, HOME: scratch, TMPDIR: scratch };
}
