import { agentTool, createAgent, defineTool, suspend } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { guardedToolbox } from '@majordomo/guards';
import { createLedger } from '@majordomo/ledger';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { codeMode, type Sandbox } from '../src/index.ts';
import { plain, programmer, results, runProgram, sandbox, SLOW } from './programs.ts';

const expenses = defineTool({
  name: 'expenses',
  description: 'Expenses of an employee',
  parameters: z.object({ employee: z.string() }),
  run: ({ employee }) => ({ employee, euros: Number(employee.slice(1)) * 50 }),
});

describe('a program', SLOW, () => {
  it('reads 20 employees in parallel in one turn of the model', async () => {
    const code = `
      const all = await Promise.all(Array.from({ length: 20 }, (_, n) => tools.expenses({ employee: 'e' + (n + 1) })));
      console.log(all.length + ' read');
      return all.filter(({ euros }) => euros > 500).map(({ employee }) => employee);`;
    const { agent, requests } = programmer([code], [codeMode({ sandbox, tools: [expenses] })]);
    const started: string[] = [];
    const { messages, steps } = (
      await agent.run('go', { onToolStart: ({ call }) => void started.push(call.id) })
    ).state;
    const value = ['e11', 'e12', 'e13', 'e14', 'e15', 'e16', 'e17', 'e18', 'e19', 'e20'];
    expect(JSON.parse(results(messages)[0] ?? '')).toEqual({ value, output: '20 read\n' });
    expect([steps, requests.length]).toEqual([2, 2]);
    expect(started).toEqual(['c', ...Array.from({ length: 20 }, (_, n) => `c/${n + 1}`)]);
  });

  it('receives the errors of tools, and reports its own with the line', async () => {
    const code = `try { await tools.expenses({}); } catch (error) { console.log(error.message); }\nnull.x;`;
    expect(await runProgram(code, [expenses])).toMatchInlineSnapshot(`
      "!The tool failed: TypeError: cannot read property 'x' of null (line 2)
      Output before the error:
      Invalid arguments: employee: Invalid input: expected string, received undefined
      "
    `);
  });

  it('repairs itself in the next turn', async () => {
    const { agent } = programmer(['return x;', 'return 1;'], [codeMode({ sandbox })]);
    const [first, second] = results((await agent.run('go')).messages);
    expect(first).toContain('ReferenceError');
    expect(second).toBe('{"value":1,"output":""}');
  });

  it('has a result of at most `maxResultChars` characters', async () => {
    const { agent } = programmer(['return "x".repeat(150_000);'], [codeMode({ sandbox })]);
    const [text = ''] = results((await agent.run('go')).messages);
    expect(text.length).toBeLessThan(100_200);
    expect(text).toContain('[cut: ');
  });

  it('ends if it makes more calls than `maxCalls`, even if it catches errors', async () => {
    const look = vi.fn(() => 1);
    const code = 'for (;;) try { await tools.look({}); } catch {}';
    expect(await runProgram(code, [plain('look', look)], { maxCalls: 3 })).toBe(
      '!The tool failed: a program may call tools at most 3 times',
    );
    expect(look).toHaveBeenCalledTimes(3);
  });

  it('ends at `timeoutMs`, and its calls are aborted', async () => {
    let isAborted = false;
    const slow = plain('slow', (_args, { signal }) => {
      signal.addEventListener('abort', () => (isAborted = true));
      return new Promise(() => undefined);
    });
    const calling: Sandbox = {
      run: async ({ call }) => ({ value: await call('slow', {}), output: '' }),
    };
    const text = await runProgram('', [slow], { sandbox: calling, timeoutMs: 20 });
    expect(text).toBe('!The tool failed: the tool did not return within 20 ms');
    expect(isAborted).toBe(true);
    expect(await runProgram('for (;;) {}', [slow], { timeoutMs: 500 })).toContain('500 ms');
  });

  it('ends with the run, and its calls are aborted', async () => {
    const controller = new AbortController();
    let isAborted = false;
    const slow = plain('slow', (_args, { signal }) => {
      signal.addEventListener('abort', () => (isAborted = true));
      setTimeout(() => {
        controller.abort();
      });
      return new Promise(() => undefined);
    });
    const { agent } = programmer(['await tools.slow({});'], [codeMode({ sandbox, tools: [slow] })]);
    await expect(agent.run('go', { signal: controller.signal })).rejects.toThrow('aborted');
    expect(isAborted).toBe(true);
  });

  it('above 256 KiB does not run', async () => {
    const run = vi.fn<Sandbox['run']>();
    const code = `/* ${'é'.repeat(131_072)} */`;
    expect(await runProgram(code, [], { sandbox: { run } })).toBe(
      '!The tool failed: the program has 262150 bytes; at most 262144 are possible',
    );
    expect(run).not.toHaveBeenCalled();
  });

  it('of a sandbox that ignores the signal ends at the limit', async () => {
    const ignorant: Sandbox = { run: () => new Promise(() => undefined) };
    expect(await runProgram('', [], { sandbox: ignorant, timeoutMs: 5 })).toContain('within 5 ms');
  });

  it('that is not text is an error result', async () => {
    const turn: Turn = { toolCalls: [{ name: 'run_code', args: { code: 1 } }] };
    const model = createMajordomo({
      providers: [fakeProvider({ id: 'f', models: { m: [turn, 'Done.'] } })],
    }).model('f/m');
    const { messages } = await createAgent({ model, toolboxes: [codeMode({ sandbox })] }).run('go');
    expect(results(messages)[0]).toContain('!Invalid arguments');
  });
});

describe('calls of a program', SLOW, () => {
  it('that need approval fail, and name the remedy', async () => {
    const pay = plain('pay', () => 'paid', { approval: true });
    const send = plain('send', () => 'sent', {
      approval: ({ to }) => to === 'all',
    });
    const code = `
      const texts = [];
      for (const args of [['pay', {}], ['send', { to: 'all' }], ['send', { to: 'one' }]])
        texts.push(await tools[args[0]](args[1]).catch((error) => error.message));
      return texts;`;
    expect(await runProgram(code, [pay, send])).toMatchObject({
      value: ['pay requires approval; call it directly', 'send requires approval; call it directly', 'sent'],
    });
    const { description } = codeMode({ sandbox, tools: [pay, send] }).tools[0] ?? { description: '' };
    expect([description.includes('pay('), description.includes('send(')]).toEqual([false, true]);
  });

  it('that wait for a decision fail', async () => {
    const ask = plain('ask', () => suspend());
    expect(await runProgram('await tools.ask({});', [ask])).toContain(
      'ask waits for a decision; call it directly',
    );
  });

  it('respect `maxCalls` of a tool and guards', async () => {
    const look = plain('look', ({ at }: { at: string }) => at, { maxCalls: 2 });
    const toolbox = guardedToolbox(codeMode({ sandbox, tools: [look] }), {
      checks: [
        {
          name: 'no-vault',
          check: ({ args }) => (args?.['at'] === 'vault' ? { deny: 'closed' } : undefined),
        },
      ],
    });
    const code = `
      const texts = [];
      for (const at of ['vault', 'garden', 'house'])
        texts.push(await tools.look({ at }).catch((error) => error.message));
      return texts;`;
    const { agent } = programmer([code], [toolbox]);
    const [text = ''] = results((await agent.run('go')).messages);
    expect(JSON.parse(text)).toMatchObject({
      value: [
        expect.stringContaining('closed'),
        'garden',
        'Not run: "look" may be called at most 2 times in a run.',
      ],
    });
  });

  it('book the model calls of their tools in the ledger', async () => {
    const ledger = createLedger({ limits: [{ name: 'calls', max: { requests: 2 }, per: 'day' }] });
    const fake = fakeProvider({ id: 'f', models: { m: ['One.', 'Two.', 'Three.'] } });
    const majordomo = createMajordomo({ providers: [fake], gates: [ledger.gate] });
    const nested = createAgent({ model: majordomo.model('f/m') });
    const helper = agentTool({ name: 'helper', description: 'Helps', agent: nested });
    const code = `
      const texts = [];
      for (const task of ['a', 'b', 'c'])
        texts.push(await tools.helper({ task }).catch((error) => error.message));
      return texts;`;
    expect(await runProgram(code, [helper])).toMatchObject({
      value: ['One.', 'Two.', expect.stringContaining('calls')],
    });
    expect(fake.requests).toHaveLength(2);
  });
});

describe('codeMode', () => {
  it('keeps tools of the agent from a sandbox that does not check names', async () => {
    const pay = vi.fn(() => 'paid');
    const careless: Sandbox = {
      run: async ({ call }) => ({ value: await call('pay', {}), output: '' }),
    };
    const { agent } = programmer(
      ['x'],
      [codeMode({ sandbox: careless, tools: [expenses] })],
      [plain('pay', pay)],
    );
    expect(results((await agent.run('go')).messages)).toEqual([
      '!The tool failed: there is no tool "pay" for programs; there are: expenses',
    ]);
    expect(pay).not.toHaveBeenCalled();
  });

  it.each([
    [{}, 'sandbox'],
    [{ sandbox: {} }, 'sandbox'],
    [{ sandbox, maxCalls: 0 }, 'maxCalls'],
    [{ sandbox, timeoutMs: 0 }, 'timeoutMs'],
    [{ sandbox, tool: [] }, 'tool'],
    [{ sandbox, tools: [expenses, expenses] }, 'two tools are named "expenses"'],
    [{ sandbox, tools: [plain('pay', () => 1, { effect: 'once' })] }, 'effect "once"'],
  ])('rejects %j', (options, text) => {
    expect(() => codeMode(options as never)).toThrow(text);
  });

  it('declares tools that a toolbox adds later', () => {
    const tools = [expenses];
    const toolbox = codeMode({ sandbox, toolboxes: [{ name: 'more', tools }] });
    const before = toolbox.tools;
    expect(toolbox.tools).toBe(before);
    tools.push(plain('later', () => 1));
    expect(toolbox.tools[0]?.description).toContain('later(');
  });
});
