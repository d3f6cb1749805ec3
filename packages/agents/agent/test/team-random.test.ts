import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import {
  agentTool,
  createAgent,
  suspend,
  type Agent,
  type AgentOptions,
  type Decision,
  type RunResult,
  type Tool,
} from '../src/index.ts';
import { plain } from './support/tools.ts';
import { replayedInEngine } from './support/replayed.ts';
import { stored } from './support/scripted.ts';
import { usage } from './support/usage.ts';
import { faultOf } from './support/world.ts';

/** Number of teams. The nightly run sets SOAK=1. */
const RUNS = process.env['SOAK'] === undefined ? 10 : 1000;

/** Returns a decision that depends only on the call, so that all four functions decide in the same way. */
function decisionOn({ id, name }: { readonly id: string; readonly name: string }): Decision {
  const hash = Array.from(id).reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  if (name === 'form') return { callId: id, result: `form ${hash}` };
  return hash % 3 === 0 ? { callId: id, deny: `no ${hash}` } : { callId: id, approve: true };
}

/** Returns a team of random agents, handoffs, sub-agents and tools that wait. An answer depends only on the number of messages. */
function randomTeam(seed: number): Agent {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const tool = (name: string, more: Partial<Tool>): Tool =>
    plain(name, (_args, { key }) => `${name} of ${key}`, more);
  const tools = [
    tool('look', {}),
    tool('pay', { approval: true, effect: 'once' }),
    tool('form', { run: () => suspend({ form: 1 }) }),
    tool('few', { maxCalls: 1 }),
  ];
  const member = (name: string, names: readonly string[], options: Partial<AgentOptions>): Agent => {
    const salt = Math.floor(random() * 1000);
    const turn = ({ messages }: ModelRequest): Turn => {
      const turnRandom = seededRandom(salt + messages.length * 7919);
      const count = Math.max(0, Math.ceil(turnRandom() * 4 - 1));
      const toolCalls = Array.from({ length: count }, (_, at) => {
        const called = names[Math.floor(turnRandom() * names.length)] ?? 'look';
        return {
          id: `c${at}`,
          name: called,
          args: called.startsWith('ask') ? { task: `task ${messages.length}` } : {},
        };
      });
      const text = toolCalls.length === 0 ? `${name} answers ${messages.length}.` : undefined;
      return { text, toolCalls, usage: usage(9) };
    };
    const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 500 }, () => turn) } });
    return createAgent({
      name,
      model: createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m'),
      maxSteps: 6,
      ...options,
    });
  };
  const parallelTools = random() < 0.5;
  const base = ['look', 'pay', 'form', 'few'];
  const deep = member('deep', base, { tools, parallelTools });
  const inner = member('inner', [...base, 'ask_deep', 'transfer_to_deep'], {
    tools: [...tools, agentTool({ name: 'ask_deep', description: 'Asks', agent: deep })],
    handoffs: [{ agent: deep, history: pick(['all', 'user'] as const) }],
    parallelTools,
  });
  const desk: Agent = member('desk', [...base, 'ask_inner', 'transfer_to_inner'], {
    tools: [...tools, agentTool({ name: 'ask_inner', description: 'Asks', agent: inner })],
    handoffs: () => [{ agent: inner, history: pick(['all', 'user'] as const) }],
    maxHandoffs: pick([0, 1, 5]),
    parallelTools,
  });
  return desk;
}

async function runInProcess(seed: number): Promise<RunResult> {
  const agent = randomTeam(seed);
  let result = await agent.run('go', { runId: 'r' });
  while (result.awaiting.length > 0)
    result = await agent.run(stored(result.state), { decisions: result.awaiting.map(decisionOn) });
  return result;
}

/** Runs a team with one decision at a time, in another order, and each in another copy of the agent. */
async function runWithSingleDecisions(seed: number): Promise<RunResult> {
  const records = memoryRecords();
  let result = await randomTeam(seed).run('go', { runId: 'r', records });
  while (result.awaiting.length > 0)
    result = await randomTeam(seed).run(stored(result.state), {
      records,
      decisions: result.awaiting.slice(-1).map(decisionOn),
    });
  return result;
}

async function runDriven(seed: number): Promise<RunResult> {
  const agent = randomTeam(seed);
  const records = memoryRecords();
  const effects = agent.effects({ runId: 'r', signal: new AbortController().signal, records });
  return agent.drive(
    { ...agent.begin('go'), runId: 'r' },
    { ...effects, decisions: async (calls) => calls.map(decisionOn) },
  );
}

const runReplayed = async (seed: number): Promise<RunResult> =>
  (await replayedInEngine(randomTeam(seed), decisionOn)).value;

it(
  `${RUNS} random teams have the same transcript with pauses, with single decisions, driven, and replayed after every entry`,
  { timeout: 300_000 },
  async () => {
    // The teams have no budget. The remaining budget of a sub-agent would depend on the order in which the others run.
    const counts = { handoffs: 0, insides: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const first = await runInProcess(seed);
      const facts = ({ messages, done, agent, usage: total, spent }: RunResult): unknown => [
        messages,
        done,
        agent,
        total,
        spent.tokens,
      ];
      expect(faultOf(first.messages), `seed ${seed}`).toBeUndefined();
      for (const run of [runWithSingleDecisions, runDriven, runReplayed])
        expect(facts(await run(seed)), `seed ${seed} ${run.name}`).toEqual(facts(first));
      if (first.state.handoffs !== undefined) counts.handoffs++;
      if (JSON.stringify(first.messages).includes('ask_inner')) counts.insides++;
    }
    for (const [name, count] of Object.entries(counts)) expect(count, name).toBeGreaterThan(RUNS / 25);
  },
);
