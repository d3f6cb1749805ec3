// Suite and smoke in a runtime that can be a server as well: Node, Bun, Deno. Argument: `quick` or `whole`.
import { runCases, tell } from './cases.mjs';
import { MODELS, PROVIDERS } from './providers.mjs';
import { startSmokeServers } from './smoke-servers.mjs';
import { smoke } from './smoke.mjs';
import { WIRES } from './wires.mjs';

const EAGER =
  'this runtime drops what it has read of a body whose socket then breaks: there is less to take back';
const CANNOT = 'Bun' in globalThis ? { 'chain-cut': EAGER } : {};

const { baseURLs, close } = await startSmokeServers();
for (const [name, step, problem] of await smoke(baseURLs)) tell({ package: name, step, problem });
await close();
for (const [side, open] of Object.entries(PROVIDERS)) {
  const harness = {
    wire: WIRES[side],
    model: MODELS[side],
    open: ({ baseURL, apiKey }) => open({ baseURL, apiKey }),
    cannot: CANNOT,
  };
  await runCases(side, harness, process.argv[2] === 'whole', tell);
}
tell({ ended: true });
