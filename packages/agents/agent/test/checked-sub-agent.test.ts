import { replayRun } from '@majordomo/conformance';
import { memoryRecords } from '@majordomo/records';
import { fakeClock, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { journaled, type JournaledIo } from '../src/durable.ts';
import { agentTool, type Agent, type Tool } from '../src/index.ts';
import { journalOver } from './support/journal.ts';
import { replayed } from './support/replayed.ts';
import { scripted, stored } from './support/scripted.ts';
import { counting, plain } from './support/tools.ts';
import { calls, resultTexts } from './support/world.ts';

const helperCall = (...ids: readonly string[]): Turn => ({
  toolCalls: ids.map((id) => ({ id, name: 'helper', args: { task: `do ${id}` } })),
});

/** Returns an agent tool with a check whose results are `failures`, and the arguments of its calls. */
function checkedHelper(agent: Agent, failures: readonly (string | undefined)[]) {
  const checked: unknown[] = [];
  const tool: Tool = {
    ...agentTool({ name: 'helper', description: 'Helps', agent }),
    check: async (args) => {
      const failure = failures[checked.push(args) - 1];
      if (failure !== undefined) throw new Error(failure);
    },
  };
  return { tool, checked };
}

describe('an agent tool with a check on a journal', () => {
  it('begins its agent after the check, as steps of the journal, and checks once', async () => {
    const pay = counting('pay', 'once');
    const inner = scripted([calls(['p1', 'pay']), 'Paid.'], { tools: [pay.tool] });
    const { tool, checked } = checkedHelper(inner.agent, [undefined]);
    const outer = scripted([helperCall('c1'), 'Done.'], { tools: [tool] });
    const { value, entries } = await replayed(outer.agent);
    expect([value.text, resultTexts(value.messages), pay.keys]).toEqual([
      'Done.',
      ['Paid.'],
      ['r/1/c1/1/p1'],
    ]);
    expect(checked).toEqual([{ task: 'do c1' }]);
    expect(entries.indexOf('check r/1/c1')).toBeLessThan(entries.indexOf('r/1/c1 ask 1'));
    expect(entries).toContain('r/1/c1 claim r/1/c1/1/p1');
  });

  it('does not begin its agent if the check fails, also when the check would succeed later', async () => {
    const inner = scripted(['Helped.']);
    const { tool, checked } = checkedHelper(inner.agent, ['not now', undefined]);
    const outer = scripted([helperCall('c1'), 'Done.'], { tools: [tool] });
    const { value } = await replayed(outer.agent);
    expect(resultTexts(value.messages)).toEqual(['!The tool failed: not now']);
    expect([checked.length, inner.requests.length]).toEqual([1, 0]);
  });

  it('is rejected by a driver without `claim` if its agent has a tool with `effect: once`', async () => {
    const inner = scripted(['Paid.'], { tools: [counting('pay', 'once').tool] });
    const { agent } = scripted([helperCall('c1')], { tools: [checkedHelper(inner.agent, []).tool] });
    const { claim: _claim, ...effects } = journaled(agent, journalOver({ step: (_name, run) => run() }));
    await expect(agent.drive(agent.begin('go'), effects)).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'records' },
    });
  });
});

it('an agent tool whose agent continues after a wait is not checked again', async () => {
  const pay = plain('pay', () => 'paid', { approval: true });
  const inner = scripted([calls(['p1', 'pay']), 'Paid.'], { tools: [pay] });
  const { tool, checked } = checkedHelper(inner.agent, [undefined, 'not now']);
  const outer = scripted([helperCall('c1'), 'Done.'], { tools: [tool] });
  const { state } = await outer.agent.run('go');
  const result = await outer.agent.run(stored(state), { decisions: [{ callId: 'c1/p1', approve: true }] });
  expect([resultTexts(result.messages), checked.length]).toEqual([['Paid.'], 1]);
});

it('a check that exceeds the time limit of a tool with `effect: once` leaves no unknown result', async () => {
  const clock = fakeClock();
  const pay = counting('pay', 'once');
  const tool: Tool = { ...pay.tool, timeoutMs: 100, check: () => new Promise(() => undefined) };
  const { agent } = scripted([calls(['c1', 'pay']), 'Done.'], { tools: [tool], clock });
  const run = agent.run('go');
  await clock.advance(100);
  const { unknown, messages } = await run;
  expect([unknown, pay.keys]).toEqual([[], []]);
  expect(resultTexts(messages)[0]).toContain('within 100 ms');
});

describe('an agent with a tool with `effect: once` that runs inside one step of a journal', () => {
  /** Runs the outer agent twice, as if its process ended after the step of the call and before its entry was stored. */
  async function runTwice(tool: Tool, io: JournaledIo = {}) {
    const outer = scripted([calls(['c1', tool.name]), 'Done.'], { tools: [tool] });
    let isLost = true;
    const { value } = await replayRun(({ step }) => {
      const journal = journalOver({
        async step(name, run) {
          if (name === 'tool r/1/c1' && isLost) {
            isLost = false;
            await run();
          }
          return step(name, run);
        },
      });
      const effects = journaled(outer.agent, journal, io);
      return outer.agent.drive(outer.agent.begin('go'), { ...effects, decisions: async () => [] });
    });
    return value;
  }
  const payer = () => {
    const pay = counting('pay', 'once');
    const { agent } = scripted([calls(['p1', 'pay']), 'Paid.'], { tools: [pay.tool] });
    const tool = agentTool({ name: 'helper', description: 'Helps', agent });
    const wrapped = plain('wrapper', (_args, context) => tool.run({ task: 'pay' } as never, context));
    return { keys: pay.keys, tool, wrapped };
  };

  it('does not run if a wrapper of the agent tool hides the agent from the journal', async () => {
    const { wrapped, keys } = payer();
    const { messages } = await runTwice(wrapped);
    expect(keys).toEqual([]);
    expect(resultTexts(messages)[0]).toContain('pass `records`');
  });

  it('runs the tool at most once with `records`, and its result is unknown', async () => {
    const { wrapped, keys } = payer();
    const { unknown } = await runTwice(wrapped, { records: memoryRecords() });
    expect(keys).toEqual(['r/1/c1/1/p1']);
    expect(unknown).toMatchObject([{ id: 'c1/p1', name: 'pay' }]);
  });

  it('does not run if another tool calls the agent tool', async () => {
    const { tool, keys } = payer();
    const caller = plain('caller', (_args, context) => context.call('helper', { task: 'pay' }), {
      inner: [tool],
    });
    const { messages } = await runTwice(caller);
    expect(keys).toEqual([]);
    expect(resultTexts(messages)[0]).toContain('helper runs an agent whose tool pay has the effect "once"');
  });
});
