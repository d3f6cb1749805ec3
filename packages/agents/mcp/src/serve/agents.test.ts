import type { RunResult } from '@majordomo/agent';
import { expect, it, onTestFinished, vi } from 'vitest';
import { mapStore } from '../../test/support/map-store.ts';
import type { McpStore } from '../store.ts';
import { ServedAgents, type AgentReply, type WaitingRun } from './agents.ts';
import type { ServedAgent } from './options.ts';

const { signal } = new AbortController();
const call = (args: object = { task: 'Do it.' }) => ({ name: 'helper', args, signal, context: 'C' }) as never;
const reply = (change: Partial<AgentReply> = {}): AgentReply => ({
  canAsk: true,
  requestState: undefined,
  approves: () => false,
  ...change,
});
const answered = { done: 'answered', text: 'ok', awaiting: [], state: {} } as unknown as RunResult;
const waiting = (...ids: readonly string[]): RunResult =>
  ({
    done: 'awaiting',
    text: '',
    awaiting: ids.map((id) => ({ type: 'tool-call', id, name: 'rm', args: {} })),
    state: { steps: 1 },
  }) as unknown as RunResult;
const text = (value: string, isError = false) => ({
  content: [{ type: 'text', text: value }],
  ...(isError ? { isError: true } : {}),
});

/** Agents with one agent that returns these results in order, and its calls. */
function setUp(results: readonly (RunResult | Error)[], store?: McpStore) {
  const left = [...results];
  const runs: unknown[] = [];
  const run = async (...args: readonly unknown[]): Promise<RunResult> => {
    runs.push(args);
    const next = left.shift() ?? answered;
    if (next instanceof Error) throw next;
    return next;
  };
  const served = { name: 'helper', description: 'Helps', agent: { run } } as unknown as ServedAgent;
  return { agents: new ServedAgents([served], store), runs };
}
const options = { signal, context: 'C' };

it('lists each agent with one argument', () => {
  const { agents } = setUp([]);
  expect([agents.has('helper'), agents.has('other')]).toEqual([true, false]);
  expect(agents.listed).toEqual([
    {
      name: 'helper',
      description: 'Helps',
      inputSchema: {
        type: 'object',
        properties: { task: { type: 'string', description: 'The complete task' } },
        required: ['task'],
        additionalProperties: false,
      },
    },
  ]);
});

it('runs the agent with the signal and the context of the call', async () => {
  const { agents, runs } = setUp([answered]);
  expect(await agents.call(call(), reply())).toEqual(text('ok'));
  expect(runs).toEqual([['Do it.', options]]);
});

it.each([
  [[], { task: 5 }, 'Invalid arguments: task must be a string'],
  [[new Error('bug')], { task: 'x' }, 'The agent failed: bug'],
  [
    [{ ...answered, done: 'max-steps', text: 'so far' } as unknown as RunResult],
    { task: 'x' },
    'The agent stopped without an answer (max-steps): so far',
  ],
])('returns an error result for %j and %j: %s', async (results, args, message) => {
  expect(await setUp(results).agents.call(call(args), reply())).toEqual(text(message, true));
});

it('rejects for a call of an unknown agent, and for an aborted call', async () => {
  const { agents } = setUp([new Error('bug')]);
  const unknown = { ...(call() as object), name: 'other' } as never;
  expect(await agents.call(unknown, reply())).toEqual(text('Invalid arguments: task must be a string', true));
  const aborted = { ...(call() as object), signal: AbortSignal.abort() } as never;
  await expect(agents.call(aborted, reply())).rejects.toThrow('bug');
});

it('waits for a person, and continues once with the decisions', async () => {
  const { agents, runs } = setUp([waiting('a', 'b'), answered]);
  const { calls, requestState } = (await agents.call(call(), reply())) as WaitingRun;
  expect(calls).toEqual(waiting('a', 'b').awaiting);
  const approves = (id: string) => id === 'a';
  expect(await agents.call(call(), reply({ requestState, approves }))).toEqual(text('ok'));
  expect(runs[1]).toEqual([
    { steps: 1 },
    {
      ...options,
      decisions: [
        { callId: 'a', approve: true },
        { callId: 'b', deny: 'the person did not approve the call' },
      ],
    },
  ]);
  const ended = text('The run has ended or expired. Call the tool again without a state.', true);
  expect(await agents.call(call(), reply({ requestState }))).toEqual(ended);
  expect(await agents.call(call(), reply({ requestState: 'unknown' }))).toEqual(ended);
});

it('denies the calls if the client cannot ask a person', async () => {
  const { agents, runs } = setUp([waiting('a'), answered]);
  expect(await agents.call(call(), reply({ canAsk: false }))).toEqual(text('ok'));
  const deny = 'a person must approve this call, and the client does not support elicitation';
  expect(runs[1]).toEqual([{ steps: 1 }, { ...options, decisions: [{ callId: 'a', deny }] }]);
});

it('denies only the suspended calls if the client can ask a person', async () => {
  const suspended = [{ callId: 'b', payload: null }];
  const { agents, runs } = setUp([
    { ...waiting('a', 'b'), state: { steps: 1, suspended } } as unknown as RunResult,
    waiting('a'),
  ]);
  const { calls } = (await agents.call(call(), reply())) as WaitingRun;
  expect(calls.map(({ id }) => id)).toEqual(['a']);
  const deny = 'the call waits for a result, which this server cannot receive';
  expect(runs[1]).toEqual([
    { steps: 1, suspended },
    { ...options, decisions: [{ callId: 'b', deny }] },
  ]);
});

it('stores a run for an hour', async () => {
  const entries = new Map<string, string>();
  const store: McpStore = {
    get: async (name) => entries.get(name),
    set: async (name, value) => void (value === undefined ? entries.delete(name) : entries.set(name, value)),
  };
  const { agents } = setUp([waiting('a')], store);
  const now = vi.spyOn(Date, 'now').mockReturnValue(1000);
  onTestFinished(() => {
    now.mockRestore();
  });
  const { requestState } = (await agents.call(call(), reply())) as WaitingRun;
  const [[name, value] = ['', '']] = [...entries];
  expect(name).toBe(`mcp-run/helper/${requestState}`);
  const entry = { ids: ['a'], until: 3_601_000, state: { steps: 1 } };
  expect(JSON.parse(value)).toEqual(entry);
  now.mockReturnValue(3_600_999);
  expect(await agents.call(call(), reply({ requestState }))).toEqual(text('ok'));
  for (const change of [{ until: 3_600_999 }, { until: undefined }]) {
    entries.set(name, JSON.stringify({ ...entry, ...change }));
    expect(await agents.call(call(), reply({ requestState }))).toMatchObject({ isError: true });
    expect(entries.size).toBe(0);
  }
});

it('stores at most 1,000 waiting runs', async () => {
  const { agents } = setUp(Array.from({ length: 1001 }, () => waiting('a')));
  const states: string[] = [];
  for (let run = 0; run < 1001; run++)
    states.push(((await agents.call(call(), reply())) as WaitingRun).requestState);
  const [oldest, second] = states;
  expect(await agents.call(call(), reply({ requestState: oldest }))).toMatchObject({ isError: true });
  expect(await agents.call(call(), reply({ requestState: second }))).toEqual(text('ok'));
});

/** Store that responds later, as a database does. */
function slowStore() {
  const entries = new Map<string, string>();
  const names: string[] = [];
  const store: McpStore = {
    get: async (name) => {
      names.push(name);
      await Promise.resolve();
      return entries.get(name);
    },
    set: async (name, value) => {
      names.push(name);
      await Promise.resolve();
      if (value === undefined) entries.delete(name);
      else entries.set(name, value);
    },
  };
  return { store, names };
}

it.each([
  ['with `take`', mapStore],
  ['without `take`', () => slowStore().store],
])(
  'continues a run once if a client replies twice at the same time, in a store %s',
  async (_name, create) => {
    const { agents, runs } = setUp([waiting('a'), answered], create());
    const { requestState } = (await agents.call(call(), reply())) as WaitingRun;
    const replies = [1, 2].map(async () =>
      agents.call(call(), reply({ requestState, approves: () => true })),
    );
    const ended = text('The run has ended or expired. Call the tool again without a state.', true);
    const results = await Promise.all(replies);
    expect(results).toContainEqual(text('ok'));
    expect(results).toContainEqual(ended);
    expect(runs).toHaveLength(2);
  },
);

it('does not use a state that is not the name of a run as a name in the store', async () => {
  const { store, names } = slowStore();
  const { agents } = setUp([], store);
  const requestState = '../mcp/m/user/ann/tokens/x';
  expect(await agents.call(call(), reply({ requestState }))).toMatchObject({ isError: true });
  expect(names).toEqual([]);
});
