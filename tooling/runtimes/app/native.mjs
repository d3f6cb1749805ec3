// Conformance suite and smoke test in a runtime that can run the test servers: Node, Deno.
import { runCases, tell } from './cases.mjs';
import { replayProblem } from './evals.mjs';
import { MODEL_CANNOT, MODELS, OTHER_MODELS } from './models.mjs';
import { PROVIDERS } from './providers.mjs';
import { startSmokeServers } from './smoke-servers.mjs';
import { smoke } from './smoke.mjs';
import { WIRES } from './wires.mjs';

const { baseURLs, close } = await startSmokeServers();
for (const [name, step, problem] of await smoke(baseURLs)) tell({ package: name, step, problem });
await close();
// Evaluations run on Node only.
if (globalThis.Deno === undefined)
  tell({
    package: 'evals',
    step: 'a recorded evaluation replays without a key',
    problem: await replayProblem(),
  });
for (const [side, open] of Object.entries(PROVIDERS)) {
  const harness = {
    wire: WIRES[side],
    model: MODELS[side],
    models: OTHER_MODELS[side],
    cannot: MODEL_CANNOT[side],
    open: ({ baseURL, apiKey }) => open({ baseURL, apiKey }),
  };
  await runCases(side, harness, tell);
}
tell({ ended: true });
