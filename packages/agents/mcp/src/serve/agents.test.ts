import type { RunResult } from '@majordomo/agent';
import { expect, it, vi } from 'vitest';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
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
function setUp(results: readonly (RunResult | Error)[], records?: RecordStore) {
  const left = [...results];
  const runs: unknown[] = [];
  const run = async (...args: readonly unknown[]): Promise<RunResult> => {
    runs.push(args);
    const next = left.shift() ?? answered;
    if (next instanceof Error) throw next;
    return next;
  };
  const served = { name: 'helper', description: 'Helps', agent: { run } } as unknown as ServedAgent;
  return { agents: new ServedAgents([served], records), runs };
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
  const clock = fakeClock();
  const records = memoryRecords({ clock });
  const { agents } = setUp([waiting('a'), answered, waiting('a')], records);
  for (const [ms, isError] of [
    [3_599_999, false],
    [3_600_000, true],
  ] as const) {
    const { requestState } = (await agents.call(call(), reply())) as WaitingRun;
    await clock.advance(ms);
    const result = await agents.call(call(), reply({ requestState }));
    expect('isError' in result).toBe(isError);
    expect(await records.counts('mcp-runs')).toEqual({});
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

it('continues a run once if a client replies twice at the same time', async () => {
  const { agents, runs } = setUp([waiting('a'), answered]);
  const { requestState } = (await agents.call(call(), reply())) as WaitingRun;
  const replies = [1, 2].map(async () => agents.call(call(), reply({ requestState, approves: () => true })));
  const ended = text('The run has ended or expired. Call the tool again without a state.', true);
  const results = await Promise.all(replies);
  expect(results).toContainEqual(text('ok'));
  expect(results).toContainEqual(ended);
  expect(runs).toHaveLength(2);
});

it('does not read the store for a state that is not the name of a run', async () => {
  const records = memoryRecords();
  const read = vi.spyOn(records, 'get');
  const { agents } = setUp([], records);
  expect(await agents.call(call(), reply({ requestState: 'x'.repeat(3000) }))).toMatchObject({
    isError: true,
  });
  expect(read).not.toHaveBeenCalled();
});
