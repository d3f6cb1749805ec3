import { image } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineTool, type Tool } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, calls, resultTexts, world } from './support/world.ts';

describe('a tool', () => {
  const outcomeOf = async (tool: Tool, args: Record<string, string | number> = {}) => {
    const { agent } = world([call(tool.name, args), 'ok'], { tools: [tool] });
    return (await agent.run('go')).messages[2];
  };

  it.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      '!The tool failed: boom',
    ],
    ['rejects', () => Promise.reject(new Error('boom')), '!The tool failed: boom'],
    [
      'returns what is no JSON',
      () => {
        const a: Record<string, unknown> = {};
        a['a'] = a;
        return a;
      },
      expect.stringContaining('!The tool failed: Converting circular'),
    ],
    ['returns a function', () => () => 1, '!The tool failed: the tool returned a function, which is no JSON'],
    ['returns JSON', () => ({ a: [1] }), '{"a":[1]}'],
    ['returns a list', () => [1, 2], '[1,2]'],
    ['returns an empty list', () => [], '[]'],
    ['returns nothing', () => undefined as never, 'done'],
    [
      'returns text parts',
      () => [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      'a,b',
    ],
  ] as const)('that %s gives one result', async (_how, run, text) => {
    expect(resultTexts([await outcomeOf(plain('t', run))] as never)).toEqual([text]);
  });

  it('may return images', async () => {
    const picture = image(new Uint8Array([1, 2]));
    expect(await outcomeOf(plain('t', () => [{ type: 'text', text: 'look' }, picture]))).toEqual({
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'call_1_0',
          name: 't',
          content: [{ type: 'text', text: 'look' }, picture],
        },
      ],
    });
  });

  it('that never ends is given up after its time, and its signal aborts', async () => {
    let told: unknown;
    const stuck = plain(
      'stuck',
      (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (told = signal.reason));
        }),
      { timeoutMs: 5 },
    );
    expect(resultTexts([await outcomeOf(stuck)] as never)).toEqual([
      '!The tool failed: it did not answer within 5 ms',
    ]);
    expect(told).toBeInstanceOf(Error);
  });

  it('gets its arguments checked and typed, and is not called with others', async () => {
    let runs = 0;
    const tool = defineTool({
      name: 't',
      description: 't',
      parameters: z.object({ at: z.object({ n: z.coerce.number() }) }),
      run: ({ at }) => {
        runs++;
        return `${at.n + 1}`;
      },
    });
    const { agent } = world(
      [
        {
          toolCalls: [
            { name: 't', args: { at: { n: '1' } } },
            { name: 't', args: { at: { n: 'x' } } },
          ],
        },
        'ok',
      ],
      { tools: [tool] },
    );
    expect(resultTexts((await agent.run('go')).messages)).toEqual([
      '2',
      expect.stringMatching(/^!Invalid arguments: at\.n: /),
    ]);
    expect(runs).toBe(1);
  });

  it('with JSON Schema gets its arguments checked as well', async () => {
    const tool = defineTool({
      name: 't',
      description: 't',
      parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      run: ({ n }) => String(n),
    });
    expect(resultTexts([await outcomeOf(tool, { n: 1 })] as never)).toEqual(['1']);
    expect(resultTexts([await outcomeOf(tool)] as never)).toEqual(['!Invalid arguments: n: is required']);
  });

  it('with a long result is cut, and the cut is marked', async () => {
    const tool = plain(
      't',
      () => [
        { type: 'text', text: 'abcd' },
        { type: 'text', text: 'efgh' },
        { type: 'text', text: 'ijkl' },
      ],
      { maxResultChars: 6 },
    );
    expect(resultTexts([await outcomeOf(tool)] as never)).toEqual([
      'abcd,ef\n[cut: the result had 12 characters, 6 are left out]',
    ]);
  });

  it('is told its call, its key and the context of the run', async () => {
    let seen: unknown;
    const tool = plain('t', (_args, { callId, key, context, depth }) => {
      seen = { callId, key, context, depth };
      return '';
    });
    const { agent } = world([calls(['c1', 't']), 'ok'], { tools: [tool] });
    await agent.run('go', { context: { user: 7 }, runId: 'r' });
    expect(seen).toEqual({ callId: 'c1', key: 'r/1/c1', context: { user: 7 }, depth: 0 });
  });
});
