import { user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { defineTool, type Tool } from '../src/index.ts';
import { stored } from './support/scripted.ts';
import { call, calls, resultTexts, runError, world } from './support/world.ts';

const LIMIT = '!Not run: "pay" may be called at most 1 times in a run.';

function payment(options: Partial<Tool> = {}): { readonly pay: Tool; readonly paid: string[] } {
  const paid: string[] = [];
  const pay: Tool = {
    name: 'pay',
    description: 'Pays',
    parameters: { type: 'object' },
    maxCalls: 1,
    run: (_args, { callId }) => {
      paid.push(callId);
      return 'paid';
    },
    ...options,
  };
  return { pay, paid };
}

describe('maxCalls', () => {
  it.each([false, true])('limits the calls of a run, parallel: %s', async (parallelTools) => {
    const { pay, paid } = payment();
    const turns = [calls(['a', 'pay'], ['b', 'pay']), calls(['c', 'pay']), 'Done.'];
    const { agent } = world(turns, { tools: [pay], parallelTools });
    const { messages } = await agent.run('go');
    expect([paid, resultTexts(messages)]).toEqual([['a'], ['paid', LIMIT, LIMIT]]);
  });

  it('needs no approval for a call beyond the limit', async () => {
    const { pay, paid } = payment({ approval: true });
    const { agent } = world([calls(['a', 'pay'], ['b', 'pay']), 'Done.'], { tools: [pay] });
    const paused = await agent.run('go');
    expect(paused.awaiting.map(({ id }) => id)).toEqual(['a']);
    const { messages } = await agent.run(paused.state, { decisions: [{ callId: 'a', approve: true }] });
    expect([paid, resultTexts(messages)]).toEqual([['a'], ['paid', LIMIT]]);
  });

  it('counts the calls of a run in each process that continues it', async () => {
    const { pay, paid } = payment({ approval: true });
    const first = world([calls(['a', 'pay'])], { tools: [pay] });
    const { state } = await first.agent.run('go');
    const second = world([calls(['b', 'pay']), 'Done.'], { tools: [pay] });
    const { messages } = await second.agent.run(stored(state), {
      decisions: [{ callId: 'a', approve: true }],
    });
    expect([paid, resultTexts(messages)]).toEqual([['a'], ['paid', LIMIT]]);
  });

  it('counts equal ids of different turns', async () => {
    const { pay, paid } = payment({ maxCalls: 2 });
    const { agent } = world([calls(['a', 'pay']), calls(['a', 'pay']), calls(['a', 'pay']), 'Done.'], {
      tools: [pay],
    });
    await agent.run('go');
    expect(paid).toEqual(['a', 'a']);
  });

  it('does not count the calls of an earlier run on the same transcript', async () => {
    const { pay, paid } = payment();
    const { agent } = world([calls(['a', 'pay']), 'Done.', calls(['b', 'pay']), 'Again.'], { tools: [pay] });
    const { messages } = await agent.run('go');
    await agent.run([...messages, user('Once more')]);
    expect(paid).toEqual(['a', 'b']);
  });

  it('of 0 permits no call', async () => {
    const { pay, paid } = payment({ maxCalls: 0 });
    await world([call('pay'), 'Done.'], { tools: [pay] }).agent.run('go');
    expect(paid).toEqual([]);
  });
});

/** Returns a tool whose calls wait until they are released, and the ids of the calls that run. */
function blockingTool(options: Partial<Tool> = {}) {
  const running: string[] = [];
  const releases: (() => void)[] = [];
  const started: string[] = [];
  const tool: Tool = {
    name: 'look',
    description: 'Looks',
    parameters: { type: 'object' },
    run: async (_args, { callId }) => {
      started.push(callId);
      running.push(callId);
      await new Promise<void>((resolve) => releases.push(resolve));
      running.splice(running.indexOf(callId), 1);
      return callId;
    },
    ...options,
  };
  /** Releases the oldest call that runs. */
  const next = async (): Promise<void> => {
    await expect.poll(() => releases.length).toBeGreaterThan(0);
    releases.shift()?.();
  };
  return { tool, running, started, next };
}

const IDS = ['a', 'b', 'c', 'd', 'e'];

describe('concurrency of a tool', () => {
  it('limits the calls of all runs, in the order of their requests', async () => {
    const { tool, running, started, next } = blockingTool({ concurrency: 2 });
    const runs = ['x', 'y'].map((run) =>
      world([calls(...IDS.slice(0, 3).map((id) => [run + id, 'look'] as const)), 'Done.'], {
        tools: [tool],
        parallelTools: true,
      }).agent.run('go'),
    );
    await expect.poll(() => running.length).toBe(2);
    for (let remaining = 6; remaining > 0; remaining--) {
      await next();
      await expect.poll(() => running.length).toBe(Math.min(2, remaining - 1));
    }
    const results = await Promise.all(runs);
    expect(results.map(({ messages }) => resultTexts(messages))).toEqual([
      ['xa', 'xb', 'xc'],
      ['ya', 'yb', 'yc'],
    ]);
    for (const run of ['x', 'y'])
      expect(started.filter((id) => id.startsWith(run))).toEqual([`${run}a`, `${run}b`, `${run}c`]);
  });

  it('applies to a frozen tool of defineTool, and is rejected for another frozen object', () => {
    const { tool } = blockingTool({ concurrency: 2 });
    const frozen = (one: Tool) => () => world(['hi'], { tools: [Object.freeze(one)] });
    const { name, description, concurrency } = tool;
    const defined = defineTool({ name, description, concurrency, parameters: {}, run: () => '' });
    expect(frozen(defined)).not.toThrow();
    expect(frozen(tool)).toThrow(/concurrency of tool "look": .* frozen object; create it with defineTool/);
  });

  it('ends the wait with an abort, and the others keep their places', async () => {
    const { tool, started, next } = blockingTool({ concurrency: 1 });
    const run = (id: string, signal?: AbortSignal) =>
      world([calls([id, 'look']), 'Done.'], { tools: [tool] }).agent.run('go', { signal });
    const first = run('a');
    await expect.poll(() => started).toEqual(['a']);
    const controller = new AbortController();
    const second = run('b', controller.signal);
    const third = run('c');
    controller.abort();
    expect((await runError(second)).cause.kind).toBe('aborted');
    await next();
    await next();
    await Promise.all([first, third]);
    expect(started).toEqual(['a', 'c']);
  });

  it('does not include the wait in timeoutMs', async () => {
    const { tool, next } = blockingTool({ concurrency: 1, timeoutMs: 60_000 });
    const { agent } = world([calls(['a', 'look'], ['b', 'look']), 'Done.'], {
      tools: [tool],
      parallelTools: true,
    });
    const run = agent.run('go');
    await next();
    await next();
    expect(resultTexts((await run).messages)).toEqual(['a', 'b']);
  });
});

describe('toolConcurrency', () => {
  it('limits the calls of a turn, whose results have the order of the calls', async () => {
    const { tool, running, next } = blockingTool();
    let maxRunning = 0;
    const probe: Tool = {
      ...tool,
      run: (args, context) => {
        maxRunning = Math.max(maxRunning, running.length + 1);
        return tool.run(args, context);
      },
    };
    const { agent } = world([calls(...IDS.map((id) => [id, 'look'] as const)), 'Done.'], {
      tools: [probe],
      toolConcurrency: 3,
    });
    const run = agent.run('go');
    for (const _ of IDS) await next();
    expect([maxRunning, resultTexts((await run).messages)]).toEqual([3, IDS]);
  });

  it('of 1 runs the calls one after another, also with parallelTools', async () => {
    const { tool, running, next } = blockingTool();
    const { agent } = world([calls(['a', 'look'], ['b', 'look']), 'Done.'], {
      tools: [tool],
      toolConcurrency: 1,
      parallelTools: true,
    });
    const run = agent.run('go');
    await expect.poll(() => running).toEqual(['a']);
    await next();
    await expect.poll(() => running).toEqual(['b']);
    await next();
    await run;
  });

  it('starts no further call after an abort', async () => {
    const controller = new AbortController();
    const { tool, started } = blockingTool();
    const { agent } = world([calls(...IDS.map((id) => [id, 'look'] as const))], {
      tools: [tool],
      toolConcurrency: 2,
    });
    const run = agent.run('go', { signal: controller.signal });
    await expect.poll(() => started.length).toBe(2);
    controller.abort();
    const { cause, state } = await runError(run);
    expect([cause.kind, started, state.pending]).toEqual(['aborted', ['a', 'b'], []]);
  });
});

describe('a limit outside its range is a config error with its path', () => {
  it.each([
    ['concurrency', 0],
    ['concurrency', NaN],
    ['maxCalls', -1],
    ['maxCalls', '1'],
  ])('%s of %j', (name, value) => {
    const tool = defineTool({
      name: 'look',
      description: 'd',
      parameters: { type: 'object' },
      run: () => '',
      [name]: value,
    });
    expect(() => world(['hi'], { tools: [tool] })).toThrow(
      expect.objectContaining({
        kind: 'config',
        details: expect.objectContaining({ path: `${name} of tool "look"` }) as object,
      }) as Error,
    );
  });

  it.each([0, NaN, '2'])('toolConcurrency of %j', (toolConcurrency) => {
    expect(() => world(['hi'], { toolConcurrency: toolConcurrency as number })).toThrow(
      expect.objectContaining({ kind: 'config' }) as Error,
    );
  });
});
