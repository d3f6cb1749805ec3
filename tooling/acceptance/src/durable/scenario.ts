// One agent for every engine: it asks, adds, asks, waits for approval, pays, asks. A run named after a kill point ends its process there.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent, type Agent, type Tool } from '@majordomo/agent';
import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';

/** Before an effect is after the record of the one before it. The last two are killed from outside. */
export const POINTS = [
  ...['ask 1', 'add', 'ask 2', 'pay', 'ask 3'].flatMap((what) => [`before ${what}`, `after ${what}`]),
  'while it waits',
  'after the decision',
] as const;

export type Point = (typeof POINTS)[number];

/** What a run is asked whose model speaks slowly, so that its words are on their way before it has ended. */
export const SLOWLY = 'slowly';

/** Lines that runs left in the folder. */
export const linesOf = (folder: string, runId: string, what: string): readonly string[] => {
  const file = join(folder, `${fileName(runId)}.${what}`);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

/**
 * What a server that honours keys would have done: one effect for each. A line is a single write, so a kill leaves all of it
 * or nothing.
 */
export const keysOf = (folder: string, runId: string, what: string): readonly string[] => [
  ...new Set(linesOf(folder, runId, what)),
];

/** The agent, with effects in this folder. */
export function agentIn(folder: string): Agent {
  const line = (runId: string, what: string, text: string): void => {
    appendFileSync(join(folder, `${fileName(runId)}.${what}`), `${text}\n`);
  };
  const dieAt = (runId: string, point: string): void => {
    const died = join(folder, `${fileName(runId)}.died`);
    if (!runId.endsWith(point) || existsSync(died)) return;
    writeFileSync(died, '');
    process.kill(process.pid, 'SIGKILL');
  };
  const tool = (name: string, more: Partial<Tool>): Tool => ({
    name,
    description: name,
    parameters: { type: 'object' },
    run(_args, { key }) {
      const [runId = ''] = key.split('/');
      line(runId, name, key);
      return 'done';
    },
    ...more,
  });
  const turn = ({ messages }: ModelRequest): Turn => {
    const name = ['add', 'pay'][messages.filter(({ role }) => role === 'assistant').length];
    if (name === undefined) return 'Done.';
    const isSlow = JSON.stringify(messages[0]).includes(SLOWLY);
    return {
      ...(isSlow ? { text: 'Let me see.', chunks: 4, everyMs: 40 } : {}),
      // A real model gives a new id on every try.
      toolCalls: [{ id: crypto.randomUUID(), name, args: {} }],
    };
  };
  const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 10_000 }, () => turn) } });
  const agent = createAgent({
    model: createMajordomo({ providers: [provider] }).model('f/m'),
    tools: [tool('add', {}), tool('pay', { approval: true, effect: 'once' })],
  });
  return {
    ...agent,
    effects(io) {
      const { runId } = io;
      const effects = agent.effects(io);
      const around = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
        dieAt(runId, `before ${what}`);
        const result = await run();
        dieAt(runId, `after ${what}`);
        return result;
      };
      return {
        ...effects,
        callModel: (state, how) => {
          line(runId, 'ask', `${state.steps + 1}`);
          return around(`ask ${state.steps + 1}`, () => effects.callModel(state, how));
        },
        runTool: (call, state) => around(call.name, () => effects.runTool(call, state)),
      };
    },
  };
}

const fileName = (id: string): string => id.replaceAll(/\W/g, '-');
