import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { AgentWork, Around } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, runError, world } from './support/world.ts';

const span = new AsyncLocalStorage<string>();
const nameOf = (what: AgentWork): string =>
  what.type === 'run' ? what.runId : `${what.runId} ${what.call.name}`;

describe('around', () => {
  it('runs the run and each tool inside it', async () => {
    const seen: unknown[] = [];
    const look = plain('look', () => `in ${span.getStore() ?? 'none'}`);
    const { agent } = world([call('look'), 'ok'], {
      tools: [look],
      around: (what, run) => span.run(nameOf(what), run),
      prepareStep: () => void seen.push(span.getStore()),
    });
    const { messages } = await agent.run('go', { runId: 'r' });
    expect(seen).toEqual(['r', 'r']);
    expect(messages[2]?.parts[0]).toMatchObject({ content: [{ text: 'in r look' }] });
  });

  const odd: readonly (readonly [string, Around])[] = [
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    [
      'throws later',
      (_what, run) => {
        run();
        throw new Error('bug');
      },
    ],
    ['does not run it', () => undefined as never],
    [
      'runs it twice',
      (_what, run) => {
        run();
        return run();
      },
    ],
    ['rejects', () => Promise.reject(new Error('bug')) as never],
  ];
  it.each(odd)('that %s changes nothing', async (_how, around) => {
    let runs = 0;
    const look = plain('look', () => `${++runs}`);
    const { agent, requests } = world([call('look'), 'ok'], { tools: [look], around });
    expect([(await agent.run('go')).text, runs, requests.length]).toEqual(['ok', 1, 2]);
  });

  it('gets a run that fails as well', async () => {
    const { agent } = world([{ fail: 'auth' }], { around: (what, run) => span.run(nameOf(what), run) });
    expect((await runError(agent.run('go'))).kind).toBe('auth');
  });
});
