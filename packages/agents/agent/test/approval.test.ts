import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentTool, defineTool, suspend, type Decision, type Tool } from '../src/index.ts';
import { stored } from './support/scripted.ts';
import { plain } from './support/tools.ts';
import { call, calls, faultOf, resultTexts, runError, world } from './support/world.ts';

const completedIds: string[] = [];
const pay = defineTool({
  name: 'pay',
  description: 'Pays',
  parameters: z.object({ cents: z.number() }),
  approval: ({ cents }) => cents > 1000,
  run: ({ cents }, { callId }) => {
    completedIds.push(callId);
    return `paid ${cents}`;
  },
});
const note = plain('note', (_args, { callId }) => {
  completedIds.push(callId);
  return 'noted';
});

const payment = (cents: number) => ({
  toolCalls: [
    { id: 'p', name: 'pay', args: { cents } },
    { id: 'n', name: 'note', args: {} },
  ],
});

describe('a call that needs approval', () => {
  it('pauses the run after all calls that need no approval have run', async () => {
    completedIds.length = 0;
    const { agent } = world([payment(5000)], { tools: [pay, note] });
    const paused = await agent.run('pay');
    expect(paused.awaiting.map(({ id, args }) => [id, args])).toEqual([['p', { cents: 5000 }]]);
    expect([paused.done, completedIds, paused.state.results.map(({ callId }) => callId)]).toEqual([
      undefined,
      ['n'],
      ['n'],
    ]);
  });

  it.each<[string, Decision, string]>([
    ['runs if approved', { callId: 'p', approve: true }, 'paid 5000'],
    [
      'returns an error result if denied',
      { callId: 'p', deny: 'too much' },
      '!The call was denied: too much',
    ],
    ['returns the decided result', { callId: 'p', result: 'paid by hand' }, 'paid by hand'],
  ])('%s', async (_name, decision, result) => {
    completedIds.length = 0;
    const { agent } = world([payment(5000), 'Done.'], { tools: [pay, note] });
    const paused = await agent.run('pay');
    const { text, messages, usage, state } = await agent.run(stored(paused.state), { decisions: [decision] });
    expect([text, resultTexts(messages), faultOf(messages)]).toEqual(['Done.', [result, 'noted'], undefined]);
    expect([state.runId, usage]).toEqual([paused.state.runId, paused.usage]);
    expect(completedIds).toEqual('approve' in decision ? ['n', 'p'] : ['n']);
  });

  it('is determined by the parsed arguments', async () => {
    completedIds.length = 0;
    const { agent } = world([payment(5), 'Done.'], { tools: [pay, note] });
    expect((await agent.run('pay')).done).toBe('answered');
    expect(completedIds).toEqual(['p', 'n']);
  });

  it('with arguments that do not match the schema needs no decision', async () => {
    const { agent } = world([call('pay', { cents: 'all' }), 'Sorry.'], { tools: [pay] });
    expect(resultTexts((await agent.run('pay')).messages)).toEqual([
      expect.stringContaining('!Invalid arguments: cents: '),
    ]);
  });

  it('with arguments that do not match the schema needs no decision, even if every call of its tool needs approval', async () => {
    const always: Tool = { ...note, parameters: z.object({ cents: z.number() }), approval: true };
    const { agent } = world([call('note', { cents: 'all' }), 'Sorry.'], { tools: [always] });
    const { awaiting, messages } = await agent.run('note');
    expect([awaiting, resultTexts(messages)]).toEqual([
      [],
      [expect.stringContaining('!Invalid arguments: cents: ')],
    ]);
  });

  it('of a tool that the step did not offer needs no decision', async () => {
    const { agent } = world([payment(5000), 'ok'], {
      tools: [pay, note],
      prepareStep: () => ({ tools: ['note'] }),
    });
    const { awaiting, messages } = await agent.run('pay');
    expect([awaiting, resultTexts(messages)[0]]).toEqual([[], '!There is no tool "pay". There are: note.']);
  });

  it.each([
    ['true', 1],
    ['false', 0],
    ['an error', 1],
  ])('is determined by an approval function that resolves to %s', async (outcome, waiting) => {
    const slow: Tool = {
      ...note,
      approval: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        if (outcome === 'an error') throw new Error('the policy server is down');
        return outcome === 'true';
      },
    };
    const { awaiting, done } = await world([call('note'), 'ok'], { tools: [slow] }).agent.run('go');
    expect([awaiting.length, done]).toEqual([waiting, waiting === 0 ? 'answered' : undefined]);
  });

  it('whose approval function never settles does not delay the end of the run after an abort', async () => {
    const controller = new AbortController();
    const slow: Tool = {
      ...note,
      approval: () => {
        controller.abort();
        return new Promise(() => undefined);
      },
    };
    const run = world([call('note')], { tools: [slow] }).agent.run('go', { signal: controller.signal });
    expect((await runError(run)).kind).toBe('aborted');
  });

  it('is checked once; a continued run uses the approvals of its state', async () => {
    let checks = 0;
    const countingApproval: Tool = { ...note, approval: () => ++checks > 0 };
    const { agent } = world([calls(['a', 'note'], ['b', 'note']), 'ok'], { tools: [countingApproval] });
    const { state } = await agent.run('go');
    expect([checks, state.approvals]).toEqual([2, { a: true, b: true }]);
    await agent.run(stored(state), { decisions: [{ callId: 'a', approve: true }] });
    expect(checks).toBe(2);
  });

  it('waits if the driver has no effect for approvals', async () => {
    const { agent } = world([payment(5000)], { tools: [pay, note] });
    const { callModel, runTool } = agent.effects({ runId: 'r', signal: new AbortController().signal });
    const { awaiting } = await agent.drive(agent.begin('pay'), {
      callModel,
      runTool,
      decisions: async () => [],
    });
    expect(awaiting.map(({ id }) => id)).toEqual(['p']);
  });

  it('waits if its approval function fails', async () => {
    const failingApproval: Tool = {
      ...note,
      approval: () => {
        throw new Error('bug');
      },
    };
    expect((await world([call('note')], { tools: [failingApproval] }).agent.run('go')).awaiting).toHaveLength(
      1,
    );
  });

  it.each(['constructor', '__proto__'])('waits, and runs once if approved, with the id %s', async (id) => {
    completedIds.length = 0;
    const always: Tool = { ...note, approval: true };
    const { agent } = world([calls([id, 'note']), 'Done.'], { tools: [always] });
    const paused = await agent.run('go');
    expect([paused.awaiting.map((one) => one.id), completedIds]).toEqual([[id], []]);
    const { text } = await agent.run(stored(paused.state), { decisions: [{ callId: id, approve: true }] });
    expect([text, completedIds]).toEqual(['Done.', [id]]);
  });

  it('rejects a decision if its id also is the path of a call inside a sub-agent', async () => {
    completedIds.length = 0;
    const always: Tool = { ...note, approval: true };
    const inner = world([calls(['b', 'note'])], { tools: [always] }).agent;
    const help = agentTool({ name: 'help', description: 'Helps', agent: inner });
    const turn = {
      toolCalls: [
        { id: 'a', name: 'help', args: { task: 'note' } },
        { id: 'a/b', name: 'note', args: {} },
      ],
    };
    const { agent } = world([turn, 'Done.'], { tools: [help, always] });
    const { awaiting, state } = await agent.run('go');
    expect(awaiting.map(({ id }) => id)).toEqual(['a/b', 'a/b']);
    const approving = agent.run(state, { decisions: [{ callId: 'a/b', approve: true }] });
    await expect(approving).rejects.toThrow('several calls with the id "a/b" wait');
    expect(completedIds).toEqual([]);
    const denied = await agent.run(state, { decisions: [{ callId: 'a', deny: 'no' }] });
    expect(denied.awaiting.map(({ id }) => id)).toEqual(['a/b']);
  });

  it('needs a new approval in a later step with the same call id', async () => {
    const { agent } = world([payment(5000), payment(6000), 'Done.'], { tools: [pay, note] });
    const first = await agent.run('pay');
    const second = await agent.run(first.state, { decisions: [{ callId: 'p', approve: true }] });
    expect(second.awaiting.map(({ args }) => args)).toEqual([{ cents: 6000 }]);
  });

  it('pauses again if only one of two calls was decided', async () => {
    const always: Tool = { ...note, approval: true };
    const { agent } = world([calls(['a', 'note'], ['b', 'note']), 'Done.'], { tools: [always] });
    const paused = await agent.run('go');
    const secondPause = await agent.run(paused.state, { decisions: [{ callId: 'b', approve: true }] });
    expect(secondPause.awaiting.map(({ id }) => id)).toEqual(['a']);
    const done = await agent.run(secondPause.state, { decisions: [{ callId: 'a', deny: 'no' }] });
    expect(resultTexts(done.messages)).toEqual(['!The call was denied: no', 'noted']);
  });

  it('runs together with a second call that is approved at the same time', async () => {
    completedIds.length = 0;
    const always: Tool = { ...note, approval: true };
    const { agent } = world([calls(['a', 'note'], ['b', 'note']), 'Done.'], { tools: [always] });
    const { state } = await agent.run('go');
    const decisions: Decision[] = [
      { callId: 'a', approve: true },
      { callId: 'b', approve: true },
    ];
    expect([(await agent.run(state, { decisions })).text, completedIds]).toEqual(['Done.', ['a', 'b']]);
  });

  it.each<[string, Decision, string]>([
    ['denied', { callId: 'n', deny: 'no' }, '!The call was denied: no'],
    ['answered with a result', { callId: 'n', result: 'by hand' }, 'by hand'],
  ])('that was %s does not run if its tool no longer needs approval', async (_name, decision, result) => {
    completedIds.length = 0;
    const turns = [calls(['n', 'note']), 'Done.'];
    const { state } = await world(turns, { tools: [{ ...note, approval: true }] }).agent.run('go');
    const { agent } = world(['Done.'], { tools: [note] });
    const { messages, done } = await agent.run(stored(state), { decisions: [decision] });
    expect([completedIds, resultTexts(messages), done]).toEqual([[], [result], 'answered']);
  });

  it('still waits without a decision if its tool no longer needs approval', async () => {
    const { state } = await world([calls(['n', 'note'])], { tools: [{ ...note, approval: true }] }).agent.run(
      'go',
    );
    expect((await world([], { tools: [note] }).agent.run(stored(state))).awaiting).toHaveLength(1);
  });

  it('runs with the arguments of the decision, and its result reports the change', async () => {
    const { agent, requests } = world([payment(5000), 'Done.'], { tools: [pay, note] });
    const { state } = await agent.run('pay');
    const startedArgs: unknown[] = [];
    const { messages } = await agent.run(stored(state), {
      decisions: [{ callId: 'p', approve: true, args: { cents: 700 } }],
      onToolStart: ({ call: { args } }) => void startedArgs.push(args),
    });
    expect(startedArgs).toEqual([{ cents: 700 }]);
    expect(resultTexts(messages)).toEqual([
      'The arguments were changed before the call ran: {"cents":700},paid 700',
      'noted',
    ]);
    const turn = requests[1]?.request.messages[1];
    expect(turn?.parts).toContainEqual(expect.objectContaining({ args: { cents: 5000 } }));
  });

  it('rejects decided arguments that do not match the schema, and no tool runs', async () => {
    completedIds.length = 0;
    const { agent } = world([payment(5000), 'Done.'], { tools: [pay, note] });
    const { state } = await agent.run('pay');
    completedIds.length = 0;
    const args = { cents: 'few' };
    await expect(
      agent.run(state, { decisions: [{ callId: 'p', approve: true, args }] }),
    ).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('decisions[0].args do not match the schema of pay: cents: ') as string,
      details: { path: 'decisions[0].args', issues: [{ path: ['cents'] }] },
    });
    expect(completedIds).toEqual([]);
  });

  it('does not delay an abort if the schema never settles for the decided arguments', async () => {
    completedIds.length = 0;
    const controller = new AbortController();
    const parameters = z.object({ cents: z.number() }).refine(({ cents }) => {
      if (cents !== 700) return true;
      controller.abort('enough');
      return new Promise<boolean>(() => undefined);
    });
    const tools = [{ ...pay, parameters }, note];
    const { agent } = world([payment(5000), 'Done.'], { tools });
    const { state } = await agent.run('pay');
    const decisions: Decision[] = [{ callId: 'p', approve: true, args: { cents: 700 } }];
    const error = await runError(agent.run(state, { decisions, signal: controller.signal }));
    expect([error.kind, error.cause.cause, completedIds]).toEqual(['aborted', 'enough', ['n']]);
    expect(faultOf(error.state.messages)).toBeUndefined();
  });

  it.each([
    [{ callId: 'p', approve: false }],
    [{ callId: 'p' }],
    [{ callId: 'p', deny: 1 }],
    [{ approve: true }],
    [{ callId: 'p', approve: true, deny: 'no' }],
  ])('rejects the ambiguous decision %j', async (invalidDecision) => {
    const { agent } = world([payment(5000), 'Done.'], { tools: [pay, note] });
    const { state } = await agent.run('pay');
    await expect(agent.run(state, { decisions: [invalidDecision as never] })).rejects.toMatchObject({
      kind: 'invalid-request',
      details: { path: 'decisions[0]' },
    });
    const effects = agent.effects({ runId: 'r', signal: new AbortController().signal });
    const drivenRun = agent.drive(state, { ...effects, decisions: async () => [invalidDecision as never] });
    await expect(drivenRun).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  it.each([[{ callId: 'p', approve: true }], [null], ['p'], [new Set()]])(
    'rejects the decisions %j, which are not an array',
    async (decisions) => {
      const { agent } = world([payment(5000), 'Done.'], { tools: [pay, note] });
      const { state } = await agent.run('pay');
      await expect(agent.run(state, { decisions: decisions as never })).rejects.toMatchObject({
        kind: 'invalid-request',
        message: expect.stringContaining('decisions: must be an array') as string,
        details: { path: 'decisions' },
      });
    },
  );

  it('rejects a decision on a call that does not wait', async () => {
    const { agent } = world([payment(5000)], { tools: [pay, note] });
    const { state } = await agent.run('pay');
    await expect(agent.run(state, { decisions: [{ callId: 'q', approve: true }] })).rejects.toMatchObject({
      kind: 'invalid-request',
    });
  });
});

describe('a tool that suspends', () => {
  const ask: Tool = {
    name: 'ask',
    description: 'Asks a person',
    parameters: { type: 'object' },
    run: () => (completedIds.push('ask'), suspend({ url: 'https://example.com/form/1' })),
  };

  it('pauses the run with its payload, and a decided result continues the run', async () => {
    const { agent } = world([calls(['a', 'ask'], ['n', 'note']), 'Done.'], { tools: [ask, note] });
    const paused = await agent.run('go');
    expect(paused.state.suspended).toEqual([{ callId: 'a', payload: { url: 'https://example.com/form/1' } }]);
    expect(paused.awaiting.map(({ id }) => id)).toEqual(['a']);
    const done = await agent.run(stored(paused.state), { decisions: [{ callId: 'a', result: 'blue' }] });
    expect([done.text, resultTexts(done.messages)]).toEqual(['Done.', ['blue', 'noted']]);
  });

  it('fails if its payload cannot be stored as JSON', async () => {
    const circular: unknown[] = [];
    circular.push(circular);
    const circularPayload: Tool = { ...ask, run: () => suspend(circular as never) };
    const { messages } = await world([calls(['a', 'ask']), 'Done.'], { tools: [circularPayload] }).agent.run(
      'go',
    );
    expect(resultTexts(messages)).toEqual([expect.stringContaining('!The tool failed: Converting circular')]);
  });

  it('rejects an approval, because it does not run again', async () => {
    const { agent } = world([calls(['a', 'ask'])], { tools: [ask] });
    const { state } = await agent.run('go');
    await expect(agent.run(state, { decisions: [{ callId: 'a', approve: true }] })).rejects.toThrow(
      'the suspended call "a" requires `result` or `deny`',
    );
  });

  it('can need approval before it suspends', async () => {
    const { agent } = world([calls(['a', 'ask']), 'Done.'], { tools: [{ ...ask, approval: true }] });
    const first = await agent.run('go');
    const second = await agent.run(first.state, { decisions: [{ callId: 'a', approve: true }] });
    expect([first.state.suspended, second.state.suspended?.length, second.awaiting.length]).toEqual([
      undefined,
      1,
      1,
    ]);
    const third = await agent.run(second.state, { decisions: [{ callId: 'a', result: 'blue' }] });
    expect(third.text).toBe('Done.');
  });

  it('waits while parallel calls complete', async () => {
    const { agent } = world([calls(['a', 'ask'], ['n', 'note'])], {
      tools: [ask, note],
      parallelTools: true,
    });
    const paused = await agent.run('go');
    expect([paused.awaiting.map(({ id }) => id), paused.state.results.map(({ callId }) => callId)]).toEqual([
      ['a'],
      ['n'],
    ]);
  });
});
