import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { createAgent, type Agent, type Tool } from '../../src/index.ts';
import { plain } from './tools.ts';

/** Place where a process kills itself: its n-th entry, before or after the entry is written. */
export interface Kill {
  readonly entry: number;
  readonly when: 'before' | 'after';
}

/** Result with which the operator settles a call whose result is unknown. */
export const UNKNOWN = 'The operator does not know either.';

/** Number of schedules. The nightly run sets SOAK=1 and runs all of them. */
export const SCHEDULES: number = process.env['SOAK'] === undefined ? 16 : 200;

/** Returns the kills of a schedule, one per process. Schedules kill only after entries, only before entries, or both. */
export function killsOf(schedule: number): readonly Kill[] {
  const random = seededRandom(schedule + 1);
  const kind = (['after', 'before', undefined] as const)[schedule % 3];
  const kills = random() < 0.3 ? 2 : 1;
  return Array.from({ length: kills }, () => ({
    entry: 1 + Math.floor(random() * 8),
    when: kind ?? (random() < 0.5 ? 'before' : 'after'),
  }));
}

/** Returns the agent of a schedule. The model answers according to the request, so any process can continue the run. */
export function agentOf(schedule: number, onRun: (name: string, key: string) => void): Agent {
  const random = seededRandom(1000 + schedule);
  const steps = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => (random() < 0.4 ? 'pay' : 'count')),
  );
  const turn = ({ messages }: ModelRequest): Turn => {
    const names = steps[messages.filter(({ role }) => role === 'assistant').length];
    if (names === undefined) return 'Done.';
    return { toolCalls: names.map((name, at) => ({ id: `c${at}`, name, args: { at } })) };
  };
  const tool = (name: string, effect: Tool['effect']): Tool => {
    const run: Tool['run'] = (_args, { key }) => {
      onRun(name, key);
      return `${name} of ${key}`;
    };
    return plain(name, run, { effect });
  };
  const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 10 }, () => turn) } });
  return createAgent({
    model: createMajordomo({ providers: [provider] }).model('f/m'),
    tools: [tool('count', 'repeatable'), tool('pay', 'once')],
  });
}
