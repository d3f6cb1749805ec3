import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { AgentWork, Around } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, runError, world } from './support/world.ts';

const span = new AsyncLocalStorage<string>();
const nameOf = (work: AgentWork): string =>
  work.type === 'run' ? work.runId : `${work.runId} ${work.call.name}`;

describe('around', () => {
  it('wraps the run and each tool', async () => {
    const spans: unknown[] = [];
    const look = plain('look', () => `in ${span.getStore() ?? 'none'}`);
    const { agent } = world([call('look'), 'ok'], {
      tools: [look],
      around: (work, run) => span.run(nameOf(work), run),
      prepareStep: () => void spans.push(span.getStore()),
    });
    const { messages } = await agent.run('go', { runId: 'r' });
    expect(spans).toEqual(['r', 'r']);
    expect(messages[2]?.parts[0]).toMatchObject({ content: [{ text: 'in r look' }] });
  });

  const faultyFunctions: readonly (readonly [string, Around])[] = [
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    [
      'throws after the run started',
      (_what, run) => {
        run();
        throw new Error('bug');
      },
    ],
    ['does not start the run', () => undefined as never],
    [
      'starts the run twice',
      (_what, run) => {
        run();
        return run();
      },
    ],
    ['rejects', () => Promise.reject(new Error('bug')) as never],
  ];
  it.each(faultyFunctions)('does not change the run if it %s', async (_name, around) => {
    let runs = 0;
    const look = plain('look', () => `${++runs}`);
    const { agent, requests } = world([call('look'), 'ok'], { tools: [look], around });
    expect([(await agent.run('go')).text, runs, requests.length]).toEqual(['ok', 1, 2]);
  });

  it('wraps a run that fails', async () => {
    const { agent } = world([{ fail: 'auth' }], { around: (work, run) => span.run(nameOf(work), run) });
    expect((await runError(agent.run('go'))).kind).toBe('auth');
  });
});
