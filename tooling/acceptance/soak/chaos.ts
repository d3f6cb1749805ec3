// Chaos test: runs begin one after the other on a worker that is killed at random moments. All runs must keep the guarantees.
import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '@majordomo/testing';
import { operatedText, type OperatedRun } from '../src/durable/operator.ts';
import { keysOf, linesOf } from '../src/durable/scenario.ts';

/** Engine that runs the scenario. */
export interface Runs {
  start(runId: string): Promise<unknown>;
  of(runId: string): OperatedRun;
}

/** Number of runs and kills. The seed determines when the worker is killed. */
export interface ChaosOptions {
  readonly runs: number;
  readonly kills: number;
  readonly seed: number;
  readonly kill: () => Promise<void>;
}

/** Number of runs by outcome. */
export interface Outcome {
  readonly finished: number;
  /** Number of runs whose effect with a key happened once. */
  readonly storedOnce: number;
  /** Number of runs whose effect without a key happened more than once. Any number is allowed. */
  readonly doubled: number;
  /** Number of runs whose payment was started more than once. Must be 0. */
  readonly paidTwice: number;
  /** Number of runs whose payment never started. Must be 0, because the operator starts it again if it is not done. */
  readonly unpaid: number;
  readonly seconds: number;
}

const GAP_MS = 40;
const LIFE_MS = [150, 900] as const;

/** Starts the runs, kills the worker, and returns the outcomes in the folder. */
export async function chaos(engine: Runs, folder: string, options: ChaosOptions): Promise<Outcome> {
  const began = performance.now();
  const ids = Array.from({ length: options.runs }, (_, at) => `chaos ${options.seed} ${at}`);
  const [texts] = await Promise.all([
    Promise.all(ids.map((runId, at) => setTimeout(at * GAP_MS).then(() => driven(engine, folder, runId)))),
    killing(options),
  ]);
  const having = (what: string, is: (count: number) => boolean, effects = linesOf): number =>
    ids.filter((runId) => is(effects(folder, runId, what).length)).length;
  return {
    finished: texts.filter((text) => text === 'Done.').length,
    storedOnce: having('add', (count) => count === 1, keysOf),
    doubled: having('add', (count) => count > 1),
    paidTwice: having('pay', (count) => count > 1),
    unpaid: having('pay', (count) => count === 0),
    seconds: Math.round((performance.now() - began) / 1000),
  };
}

async function driven(engine: Runs, folder: string, runId: string): Promise<string> {
  await engine.start(runId);
  const run = engine.of(runId);
  for (const { id } of await run.awaiting()) await run.decide({ callId: id, approve: true });
  return operatedText(folder, runId, run);
}

async function killing({ kills, kill, seed }: ChaosOptions): Promise<void> {
  const random = seededRandom(seed);
  const [least, most] = LIFE_MS;
  for (let killed = 0; killed < kills; killed++) {
    await setTimeout(least + random() * (most - least));
    await kill();
  }
}
