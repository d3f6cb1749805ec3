// One agent for every engine. It calls the model, adds, calls the model, waits for approval, pays, and calls the model. A run
// that is named after a kill point ends its process there.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent, type Agent, type Tool } from '@majordomo/agent';
import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';

/**
 * Points at which a run is killed. "Before" an effect means after the record of the previous effect. At the last two points, the
 * run is killed from outside.
 */
export const POINTS = [
  ...['ask 1', 'add', 'ask 2', 'pay', 'ask 3'].flatMap((what) => [`before ${what}`, `after ${what}`]),
  'while it waits',
  'after the decision',
] as const;

export type Point = (typeof POINTS)[number];

/**
 * Points of the default run: a lost result of the model and of each tool, the time before a payment, and both kills from outside.
 * With SOAK=1, as in the nightly run, all points.
 */
export const TESTED_POINTS: readonly Point[] = POINTS.filter(
  (point) =>
    process.env['SOAK'] !== undefined ||
    ['after ask 1', 'after add', 'before pay', 'after pay', 'while it waits', 'after the decision'].includes(
      point,
    ),
);

/** Question of a run with a slow model, so that text is streamed before the run ends. */
export const SLOWLY = 'slowly';

/** Returns the lines that runs have written to the folder. */
export const linesOf = (folder: string, runId: string, what: string): readonly string[] => {
  const file = join(folder, `${fileName(runId)}.${what}`);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

/**
 * Returns the effects of a server that checks keys: one for each key. A line is a single write, so after a kill the line is
 * complete or missing.
 */
export const keysOf = (folder: string, runId: string, what: string): readonly string[] => [
  ...new Set(linesOf(folder, runId, what)),
];

/** Creates the agent. Its effects write to this folder. */
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
      // The key of an effect begins with the id of its run.
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
      // A real model returns a new id for every attempt.
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
