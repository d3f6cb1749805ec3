import { user, type Message } from '@majordomo/core';
import { engineConformance } from '@majordomo/conformance';
import type { Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import {
  agentTool,
  createAgent,
  suspend,
  type Agent,
  type AgentOptions,
  type Handoff,
  type RunState,
  type Tool,
} from '../src/index.ts';
import { handedOff } from '../src/steps.ts';
import { plain } from './support/tools.ts';
import { replayedInEngine } from './support/replayed.ts';
import { stored } from './support/scripted.ts';
import { calls, faultOf, read, resultTexts, world } from './support/world.ts';

const transfer = (to: string, id = `to-${to}`): Turn => calls([id, `transfer_to_${to}`]);
const look = plain('look', () => 'seen');

const textsOf = (messages: readonly Message[]): string[] =>
  messages.map(
    ({ role, parts }) => `${role}: ${parts.map((part) => ('text' in part ? part.text : part.type)).join()}`,
  );

/** Returns a desk agent that hands off to a billing agent. Each has its own model. */
function deskWithBilling(
  desk: readonly Turn[],
  billing: readonly Turn[],
  {
    handoff = {},
    deskOptions = {},
    billingOptions = {},
  }: {
    readonly handoff?: Partial<Handoff>;
    readonly deskOptions?: Partial<AgentOptions>;
    readonly billingOptions?: Partial<AgentOptions>;
  } = {},
) {
  const second = world(billing, {
    name: 'billing',
    instructions: 'You know invoices.',
    temperature: 0.5,
    tools: [look],
    ...billingOptions,
  });
  const first = world(desk, {
    name: 'desk',
    instructions: 'Find out more.',
    handoffs: [{ agent: second.agent, ...handoff }],
    ...deskOptions,
  });
  return { desk: first, billing: second };
}

describe('a handoff', () => {
  it('continues with the model, instructions, settings and tools of the other agent', async () => {
    const { desk, billing } = deskWithBilling(
      [transfer('billing')],
      [calls(['l', 'look']), 'Your invoice is paid.'],
      {
        handoff: { description: 'Invoices and refunds.' },
      },
    );
    const result = await desk.agent.run('Where is my invoice?');
    expect(result).toMatchObject({ agent: 'billing', done: 'answered', text: 'Your invoice is paid.' });
    expect(result.state).toMatchObject({ steps: 3, handoffs: [{ to: 'billing', at: 1 }] });
    expect(desk.requests[0]?.request).toMatchObject({
      system: 'Find out more.',
      tools: [{ name: 'transfer_to_billing', description: 'Invoices and refunds.' }],
    });
    expect(billing.requests[0]?.request).toMatchObject({
      system: 'You know invoices.',
      temperature: 0.5,
      tools: [{ name: 'look' }],
    });
    expect(resultTexts(result.messages)).toEqual(['The conversation was handed to "billing".', 'seen']);
    expect(faultOf(result.messages)).toBeUndefined();
  });

  it('has a default description', async () => {
    const { desk } = deskWithBilling(['Hi.'], []);
    await desk.agent.run('go');
    expect(desk.requests[0]?.request.tools?.[0]?.description).toBe(
      'Hands the conversation to the agent billing.',
    );
  });

  it('happens after the other calls of its turn, and only the first of several handoffs is accepted', async () => {
    const noteCallIds: string[] = [];
    const note: Tool = { ...look, name: 'note', run: (_args, { callId }) => void noteCallIds.push(callId) };
    const other = world([], { name: 'sales' });
    const { billing } = deskWithBilling([], ['Done.']);
    const front = world(
      [calls(['a', 'transfer_to_billing'], ['b', 'note'], ['c', 'transfer_to_sales'], ['d', 'note'])],
      { name: 'desk', tools: [note], handoffs: [billing.agent, other.agent] },
    );
    const result = await front.agent.run('go');
    expect([result.agent, noteCallIds]).toEqual(['billing', ['b', 'd']]);
    expect(resultTexts(result.messages)).toEqual([
      'The conversation was handed to "billing".',
      'done',
      '!Not run: the conversation was handed to "billing".',
      'done',
    ]);
    expect(faultOf(result.messages)).toBeUndefined();
  });

  it('waits for decisions on the other calls of its turn, which run with the tools of the first agent', async () => {
    const pay: Tool = { ...look, name: 'pay', approval: true, run: () => 'paid' };
    const make = () =>
      deskWithBilling([calls(['a', 'transfer_to_billing'], ['b', 'pay'])], ['Done.'], {
        deskOptions: { tools: [pay] },
      });
    const { state, awaiting, agent } = await make().desk.agent.run('go');
    expect([awaiting.map(({ id }) => id), agent, state.handoffs]).toEqual([['b'], 'desk', undefined]);
    const result = await make().desk.agent.run(stored(state), {
      decisions: [{ callId: 'b', approve: true }],
    });
    expect([result.agent, resultTexts(result.messages)]).toEqual([
      'billing',
      ['The conversation was handed to "billing".', 'paid'],
    ]);
  });

  it('applies the approvals of the active agent, and another process continues with that agent', async () => {
    const pay: Tool = { ...look, name: 'pay', approval: true, run: () => 'paid' };
    const paused = deskWithBilling([transfer('billing')], [calls(['p', 'pay'])], {
      billingOptions: { tools: [pay] },
    });
    const { state, awaiting, agent } = await paused.desk.agent.run('go');
    expect([awaiting.map(({ id }) => id), agent]).toEqual([['p'], 'billing']);
    const other = deskWithBilling([], ['Paid.'], { billingOptions: { tools: [pay] } });
    const result = await other.desk.agent.run(stored(state), { decisions: [{ callId: 'p', approve: true }] });
    expect([result.text, result.agent, other.desk.requests.length]).toEqual(['Paid.', 'billing', 0]);
  });

  it('requests no approval for a tool that only the first agent has loaded', async () => {
    const pay: Tool = { ...look, name: 'pay', approval: true };
    const options = { toolboxes: [{ name: 'box', tools: [pay] }], toolSearch: { minTools: 1 } };
    const { desk } = deskWithBilling(
      [calls(['load', 'pay']), transfer('billing')],
      [calls(['load-again', 'pay']), calls(['p', 'pay'])],
      { handoff: { history: 'user' }, deskOptions: options, billingOptions: options },
    );
    const { awaiting } = await desk.agent.run('go');
    expect(awaiting.map(({ id }) => id)).toEqual(['p']);
  });

  it('keeps the limits, steering and observers of the first agent, and uses the hooks of the active agent', async () => {
    const steps: number[] = [];
    const { desk, billing } = deskWithBilling([transfer('billing')], [calls(['l', 'look']), 'never'], {
      deskOptions: {
        maxSteps: 2,
        steer: ({ steps: n }) => (n === 1 ? [user('quick')] : []),
        onStep: ({ step }) => void steps.push(step),
      },
      billingOptions: {
        maxSteps: 100,
        prepareStep: () => ({ maxTokens: 7 }),
        compact: (messages) => messages.slice(-1),
      },
    });
    const { done, state } = await desk.agent.run('go');
    expect([done, state.steps, steps]).toEqual(['max-steps', 2, [1, 2]]);
    expect(billing.requests[0]?.request.maxTokens).toBe(7);
    expect(textsOf(billing.requests[0]?.request.messages ?? [])).toEqual(['user: quick']);
  });

  it('can go back and forth until the limit is reached', async () => {
    const desk: Agent = world([transfer('billing'), transfer('billing')], {
      name: 'desk',
      handoffs: () => [billing],
      maxHandoffs: 3,
    }).agent;
    const billing: Agent = world([transfer('desk'), transfer('desk'), 'I stay.'], {
      name: 'billing',
      handoffs: () => [desk],
    }).agent;
    const result = await desk.run('go');
    expect([result.agent, result.text, result.state.steps]).toEqual(['billing', 'I stay.', 5]);
    expect(result.state.handoffs?.map(({ to }) => to)).toEqual(['billing', 'desk', 'billing']);
    expect(resultTexts(result.messages).at(-1)).toBe('!Not handed over: a run may have at most 3 handoffs.');
  });

  it('reads a function of handoffs once, when the first run begins', async () => {
    let reads = 0;
    const { billing } = deskWithBilling([], ['A.', 'B.']);
    const { agent } = world(['Hi.', transfer('billing')], {
      handoffs: () => {
        reads++;
        return [billing.agent];
      },
    });
    expect(reads).toBe(0);
    await agent.run('go');
    await agent.run('go');
    expect(reads).toBe(1);
  });

  it('can be withheld from a step', async () => {
    const { desk } = deskWithBilling([transfer('billing'), 'I stay.'], [], {
      deskOptions: { tools: [look], prepareStep: () => ({ tools: ['look'] }) },
    });
    const { agent, messages } = await desk.agent.run('go');
    expect([agent, resultTexts(messages)]).toEqual([
      'desk',
      ['!There is no tool "transfer_to_billing". There are: look.'],
    ]);
  });

  it('stays active in a follow-up on the state, and the count of handoffs starts again', async () => {
    const { desk, billing } = deskWithBilling([transfer('billing')], ['Paid.', 'Also paid.'], {
      deskOptions: { maxHandoffs: 1 },
    });
    const { state } = await desk.agent.run('go');
    const followUp = { ...state, messages: [...state.messages, user('And the other one?')] };
    const result = await desk.agent.run(stored(followUp));
    expect([result.text, result.agent, billing.requests.length]).toEqual(['Also paid.', 'billing', 2]);
    const call = { type: 'tool-call', id: 'x', name: 'transfer_to_desk', args: {} } as const;
    const secondHandoff: RunState = {
      ...result.state,
      messages: [...result.messages, user('?'), { role: 'assistant', parts: [call] }],
      steps: 1,
      pending: [call],
    };
    expect(handedOff(secondHandoff, call, 'desk', 1).handoffs?.at(-1)).toEqual({
      to: 'desk',
      at: secondHandoff.messages.length - 1,
    });
  });

  it('emits tool-end, and does not call onToolStart', async () => {
    const { desk } = deskWithBilling([transfer('billing')], ['Paid.']);
    const started: string[] = [];
    const events = await read(
      desk.agent.stream('go', { onToolStart: ({ call }) => void started.push(call.name) }),
    );
    const ends = events.flatMap((event) => (event.type === 'tool-end' ? [event.result.callId] : []));
    expect([ends, started]).toEqual([['to-billing'], []]);
    const order = events.map(({ type }) => type).filter((type) => type !== 'model');
    expect(order).toEqual(['step-start', 'tool-end', 'step-end', 'step-start', 'step-end']);
  });

  it('is replayed without a journal entry', async () => {
    const { desk, billing } = deskWithBilling([transfer('billing')], [calls(['l', 'look']), 'Paid.']);
    const { value, entries } = await replayedInEngine(desk.agent);
    expect(entries).toEqual(['ask 1', 'ask 2', 'tool r/2/l', 'ask 3']);
    expect([value.agent, desk.requests.length, billing.requests.length]).toEqual(['billing', 1, 2]);
  });

  it('is followed by the entries of a sub-agent, whose names are stored', async () => {
    const { agents } = engineConformance({ createAgent, suspend, agentTool });
    expect((await replayedInEngine(agents.team)).entries).toEqual([
      'ask 1',
      'tool r/1/l',
      'ask 2',
      'tool r/2/n',
      'r/2/a ask 1',
      'r/2/a approval 1 p',
      'r/2/a tool r/2/a/1/q',
      'decision r/2/a/1/p',
      'r/2/a claim r/2/a/1/p',
      'r/2/a tool r/2/a/1/p',
      'r/2/a ask 2',
      'tool r/2/a',
      'ask 3',
    ]);
  });

  it('of a sub-agent does not change the agent of the outer run', async () => {
    const { desk } = deskWithBilling([transfer('billing')], ['Paid.']);
    const tool = agentTool({ name: 'ask', description: 'Asks', agent: desk.agent });
    const outer = world([{ toolCalls: [{ id: 'c1', name: 'ask', args: { task: 'go' } }] }, 'Done.'], {
      tools: [tool],
    });
    const result = await outer.agent.run('go');
    expect([result.agent, resultTexts(result.messages)]).toEqual([undefined, ['Paid.']]);
  });
});

describe('the history of a handoff', () => {
  const before: readonly Message[] = [
    user('One'),
    { role: 'assistant', parts: [{ type: 'text', text: 'First.' }] },
    user('Two'),
  ];
  const after = ['assistant: tool-call', 'tool: tool-result'];

  it.each<[string, Handoff['history'], readonly string[]]>([
    ['all', 'all', ['user: One', 'assistant: First.', 'user: Two']],
    ['user', 'user', ['user: One', 'user: Two']],
    ['a function', (messages) => messages.slice(-1), ['user: Two']],
    ['an empty one', () => [], ['user: Two']],
  ])(
    '%s: the other agent receives this history, and each request starts with the previous one',
    async (_name, history, expected) => {
      const { desk, billing } = deskWithBilling([transfer('billing')], [calls(['l', 'look']), 'Done.'], {
        handoff: { history },
      });
      const { messages } = await desk.agent.run(before);
      const [first = [], second = []] = billing.requests.map(({ request }) => request.messages);
      expect(textsOf(first)).toEqual([...expected, ...after]);
      expect(second.slice(0, first.length)).toEqual(first);
      expect(textsOf(second).slice(first.length)).toEqual(after);
      expect(messages).toHaveLength(8);
    },
  );

  it('is the same in a follow-up', async () => {
    const { desk, billing } = deskWithBilling([transfer('billing')], ['Done.', 'Again.'], {
      handoff: { history: 'user' },
    });
    const { state } = await desk.agent.run(before);
    await desk.agent.run({ ...state, messages: [...state.messages, user('Three')] });
    expect(textsOf(billing.requests[1]?.request.messages ?? [])).toEqual([
      'user: One',
      'user: Two',
      ...after,
      'assistant: Done.',
      'user: Three',
    ]);
  });
});

describe('invalid handoffs are config errors', () => {
  const agentNamed = (name: string): Agent => world([], { name }).agent;

  it.each(['', 'a b', 'ä', 'x'.repeat(51), 5])('a name of %j', (name) => {
    expect(() => world([], { name: name as string })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringContaining('name') as string,
      }) as Error,
    );
  });

  it.each<[string, () => readonly unknown[], string]>([
    ['no name', () => [world([]).agent], 'handoffs[0]: the agent has no name'],
    [
      'a value that is not an agent',
      () => [agentNamed('a'), { run: () => '' }],
      'handoffs[1]: must be an agent',
    ],
    ['a string', () => ['a'], 'handoffs[0]: must be an agent'],
    ['two agents of one name', () => [agentNamed('a'), agentNamed('a')], 'two agents have the name "a"'],
    ['the name of the agent', () => [agentNamed('desk')], 'two agents have the name "desk"'],
    ['an invalid description', () => [{ agent: agentNamed('a'), description: 5 }], 'handoffs[0].description'],
    ['an invalid history', () => [{ agent: agentNamed('a'), history: 'none' }], 'handoffs[0].history'],
    ['a tool of the same name', () => [agentNamed('look')], 'two tools are named "transfer_to_look"'],
  ])('%s, before a model call', async (_name, handoffs, message) => {
    const { agent, requests } = world(['Hi.'], {
      name: 'desk',
      tools: [{ ...look, name: 'transfer_to_look' }],
      handoffs: handoffs() as never,
    });
    for (let run = 0; run < 2; run++)
      await expect(agent.run('go')).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringContaining(message) as string,
      });
    expect(requests).toHaveLength(0);
  });

  it('an unknown agent in a state, with the known ones', async () => {
    const { desk } = deskWithBilling(['Hi.'], []);
    const state = { ...desk.agent.begin('go'), handoffs: [{ to: 'sales', at: 0 }] };
    await expect(desk.agent.run(state)).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'state.handoffs[0].to' },
      message: 'state.handoffs[0].to: no agent has the name "sales"; the agents are desk, billing',
    });
  });

  it.each([
    5,
    [{}],
    [{ to: 'billing' }],
    [{ to: 'billing', at: 1 }],
    [{ to: 'billing', at: -1 }],
    ['billing'],
  ])('state.handoffs of %j', async (handoffs) => {
    const { desk } = deskWithBilling(['Hi.'], []);
    const state = { ...desk.agent.begin('go'), handoffs };
    await expect(desk.agent.run(state as never)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('state.handoffs') as string,
    });
  });
});
