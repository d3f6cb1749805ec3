/**
 * Makes 80 runs on an engine, one after the other, and kills their worker 35 times at random moments. All runs must keep the
 * guarantees. Runs manually: `node tooling/acceptance/soak/durable.ts restate|dbos [seed]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { restateAgentClient } from '@majordomo/durable-restate';
import { freePorts, startPostgres, startRestate } from '@majordomo/services';
import { seededRandom } from '@majordomo/testing';
import { dbosRun, operatedText, restateRun, type OperatedRun } from '../src/durable/operator.ts';
import { keysOf, linesOf } from '../src/durable/scenario.ts';
import { supervised, type Supervised } from '../src/durable/supervised.ts';

/** Engine whose worker runs the scenario. */
interface Engine {
  readonly worker: Supervised;
  readonly start: (runId: string) => Promise<unknown>;
  readonly of: (runId: string) => OperatedRun;
}

const RUNS = 80;
const KILLS = 35;
/** Time between the starts of two runs, in milliseconds. */
const GAP_MS = 40;
/** Least and most time between two kills, in milliseconds. */
const LIFE_MS = [150, 900] as const;

const [name = 'restate', seedText] = process.argv.slice(2);
const seed = Number(seedText ?? Date.now() % 100_000);
const folder = mkdtempSync(join(tmpdir(), 'majordomo-chaos-'));
try {
  if (name === 'restate') await onRestate();
  else if (name === 'dbos') await onDbos();
  else throw new Error(`unknown engine "${name}"; use restate or dbos`);
} finally {
  rmSync(folder, { recursive: true });
}

async function onRestate(): Promise<void> {
  const [port = 0] = await freePorts(1);
  await using restate = await startRestate();
  await using worker = await supervised('restate', [folder, `${port}`]);
  await restate.register(`http://127.0.0.1:${port}`);
  const runs = restateAgentClient('scenario', { ingress: restate.ingress });
  await killAtRandom({
    worker,
    start: (runId) => runs.start(runId, 'go'),
    of: (runId) => restateRun(runs, runId),
  });
}

async function onDbos(): Promise<void> {
  await using postgres = await startPostgres();
  await using worker = await supervised('dbos', [folder, `${postgres.url}_dbos`, 'worker']);
  await killAtRandom({
    worker,
    start: (runId) => worker.ask({ ask: 'start', runId }),
    of: (runId) => dbosRun(worker, runId),
  });
}

async function killAtRandom(engine: Engine): Promise<void> {
  const began = performance.now();
  const ids = Array.from({ length: RUNS }, (_, at) => `chaos ${seed} ${at}`);
  const runs = ids.map((runId, at) => setTimeout(at * GAP_MS).then(() => textOf(engine, runId)));
  const [texts] = await Promise.all([Promise.all(runs), kill(engine.worker)]);
  const outcome = {
    engine: name,
    seed,
    finished: texts.filter((text) => text === 'Done.').length,
    effectsWithKey: ids.filter((runId) => keysOf(folder, runId, 'add').length === 1).length,
    // Any number is allowed.
    repeatedWithoutKey: ids.filter((runId) => linesOf(folder, runId, 'add').length > 1).length,
    paidTwice: ids.filter((runId) => linesOf(folder, runId, 'pay').length > 1).length,
    // The operator starts a payment again if it is not done.
    unpaid: ids.filter((runId) => linesOf(folder, runId, 'pay').length === 0).length,
    seconds: Math.round((performance.now() - began) / 1000),
  };
  console.log(outcome);
  const { finished, effectsWithKey, paidTwice, unpaid } = outcome;
  if (finished !== RUNS || effectsWithKey !== RUNS || paidTwice !== 0 || unpaid !== 0) process.exitCode = 1;
}

async function textOf({ start, of }: Engine, runId: string): Promise<string> {
  await start(runId);
  const run = of(runId);
  for (const { id } of await run.awaiting()) await run.decide({ callId: id, approve: true });
  return operatedText(folder, runId, run);
}

async function kill(worker: Supervised): Promise<void> {
  const random = seededRandom(seed);
  const [least, most] = LIFE_MS;
  for (let killed = 0; killed < KILLS; killed++) {
    await setTimeout(least + random() * (most - least));
    await worker.kill();
  }
}
