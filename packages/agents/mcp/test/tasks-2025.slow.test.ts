import { describe, expect, it } from 'vitest';
import { everything, sharedEverything } from './support/everything.ts';
import { agentWith } from './support/in-process.ts';
import { rejection, run } from './support/world.ts';

const TOOL = 'simulate-research-query';
// The task takes 4 s on a fast machine.
const TIMEOUT = 120_000;

const shared = sharedEverything();

describe('a tool of server-everything that requires a task', () => {
  it('is polled until the task has ended', { timeout: TIMEOUT }, async () => {
    const all = shared();
    expect(JSON.stringify(await run(all, TOOL, { topic: 'tea' }))).toContain('Research Report: tea');
  });

  it('asks the user while the task runs', { timeout: TIMEOUT }, async () => {
    const all = await everything({
      onElicit: () => ({ action: 'accept', content: { interpretation: 'historical' } }),
    });
    const output = await run(all, TOOL, { topic: 'tea', ambiguous: true });
    expect(JSON.stringify(output)).toContain('historical');
  });

  it('is cancelled when the call is aborted', { timeout: TIMEOUT }, async () => {
    const all = shared();
    const controller = new AbortController();
    const outcome = rejection(run(all, TOOL, { topic: 'tea' }, { signal: controller.signal }));
    // One call later, the server has received the first one.
    await run(all, 'echo', { message: 'x' });
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    expect(JSON.stringify(await run(all, 'echo', { message: 'still here' }))).toContain('still here');
  });

  it(
    'pauses the run with `suspend`, and has a decision when the task has ended',
    async () => {
      const all = await everything({ suspend: ['task', 'elicitation'] });
      const args = { topic: 'tea', ambiguous: true };
      const { agent } = agentWith(all, [{ toolCalls: [{ id: 'c1', name: TOOL, args }] }, 'done']);
      const paused = await agent.run('go');
      expect(paused.state.suspended).toMatchObject([
        { callId: 'c1', payload: { type: 'mcp-task', tool: TOOL } },
      ]);
      let settled = await all.settle(paused.state);
      expect(settled.decisions).toEqual([]);
      while (settled.decisions.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        settled = await all.settle(settled.state);
      }
      expect(settled.decisions).toMatchObject([
        { callId: 'c1', result: expect.stringContaining('User cancelled') as string },
      ]);
      const { text } = await agent.run(settled.state, { decisions: settled.decisions });
      expect(text).toBe('done');
    },
    TIMEOUT,
  );
});
