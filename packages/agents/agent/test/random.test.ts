import { createMajordomo, type ErrorKind, type FinishReason } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import {
  createAgent,
  RunError,
  suspend,
  type Decision,
  type RunResult,
  type RunState,
  type Tool,
} from '../src/index.ts';
import { stored } from './support/scripted.ts';
import { faultOf } from './support/world.ts';

/** Number of runs. The nightly run sets SOAK=1. */
const RUNS = process.env['SOAK'] === undefined ? 200 : 2000;

/** Runs random turns and tools with failures, approvals and an abort at a random moment. */
async function randomRun(seed: number): Promise<{ readonly state: RunState; readonly end: string }> {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const controller = new AbortController();
  let ticks = random() < 0.4 ? Math.ceil(random() * 25) : Infinity;
  const tick = (): void => {
    if (--ticks <= 0) controller.abort();
  };

  const run: Tool['run'] = async () => {
    tick();
    if (random() < 0.3) await Promise.resolve();
    tick();
    const outcome = random();
    if (outcome < 0.2) throw new Error('no');
    if (outcome < 0.25) return suspend();
    return outcome < 0.5 ? { seed } : 'ok';
  };
  const tools: Tool[] = ['a', 'b', 'c'].map((name) => ({
    name,
    description: name,
    parameters: { type: 'object', properties: { n: { type: 'number' } } },
    approval: random() < 0.1,
    effect: pick(['once', 'repeatable']),
    run,
  }));
  const answer = (): Turn => {
    tick();
    if (random() < 0.08)
      return {
        fail: pick<ErrorKind>(['auth', 'server', 'content-filter', 'empty']),
        after: pick([undefined, 'Hal']),
      };
    const calls = Math.floor(random() * 4) - 0.5;
    const toolCalls = Array.from({ length: Math.max(0, Math.ceil(calls)) }, (_, at) => ({
      id: random() < 0.1 ? 'same' : `c${at}`,
      name: pick(['a', 'b', 'c', 'made-up']),
      args: { n: random() < 0.2 ? 'x' : at },
    }));
    const finish =
      random() < 0.15
        ? pick<FinishReason>(['length', 'refusal', 'content-filter', 'incomplete', 'other'])
        : undefined;
    return {
      text: toolCalls.length === 0 || random() < 0.3 ? 'Hello there.' : undefined,
      toolCalls,
      finish,
      chunks: 3,
    };
  };
  const fake = (id: string) => fakeProvider({ id, models: { m: Array.from({ length: 40 }, () => answer) } });
  const majordomo = createMajordomo({
    providers: [fake('f'), fake('g')],
    chain: { attempts: 1 },
    random: () => 0,
  });
  const agent = createAgent({
    model: majordomo.model('f/m,g/m'),
    tools,
    parallelTools: random() < 0.5,
    maxSteps: pick([2, 4, 10]),
    closingTurn: random() < 0.3,
    loopLimits: pick([{}, { errorSteps: 2 }, { repeats: 2 }]),
    onStepStart: tick,
    onStep: tick,
  });
  const options = { signal: controller.signal, afterCommit: pick(['error', 'restart'] as const) };
  const runOnce = (from: string | RunState, decisions?: readonly Decision[]): Promise<RunResult> =>
    random() < 0.5
      ? agent.run(from, { ...options, decisions })
      : agent.stream(from, { ...options, decisions }).result();
  const runWithDecisions = async (): Promise<RunResult> => {
    const first = await runOnce('go');
    if (first.awaiting.length === 0 || random() < 0.3) return first;
    const decisions = first.awaiting.map(({ id }) =>
      pick([
        { callId: id, deny: 'no' },
        { callId: id, result: 'yes' },
      ]),
    );
    return runOnce(stored(first.state), decisions);
  };
  return runWithDecisions().then(
    (result: RunResult) => ({ state: result.state, end: result.done ?? 'paused' }),
    (error: unknown) => {
      if (!RunError.is(error)) throw error;
      return { state: error.state, end: controller.signal.aborted ? 'aborted' : 'failed' };
    },
  );
}

it(
  `${RUNS} random runs with aborts and failures leave a valid transcript`,
  { timeout: 120_000 },
  async () => {
    const ends = new Map<string, number>();
    for (let seed = 1; seed <= RUNS; seed++) {
      const { state, end } = await randomRun(seed);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      // A run that waits ends with open calls, and the state contains them all as pending. A failed run may wait with calls that
      // have effect once.
      const waits = state.pending.length > 0;
      const open = waits ? state.messages.slice(0, -1) : state.messages;
      expect(faultOf(open), `seed ${seed}`).toBeUndefined();
      if (end === 'paused') expect(waits, `seed ${seed}`).toBe(true);
      else if (end !== 'failed' && end !== 'aborted') expect(waits, `seed ${seed}`).toBe(false);
    }
    for (const end of [
      'answered',
      'max-steps',
      'truncated',
      'refused',
      'tool-loop',
      'paused',
      'aborted',
      'failed',
    ]) {
      expect(ends.get(end) ?? 0, `${end} of ${JSON.stringify([...ends])}`).toBeGreaterThan(
        Math.min(20, RUNS / 50),
      );
    }
  },
);
