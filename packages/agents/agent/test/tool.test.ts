import { image, type ObjectSchema } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineTool, type Tool } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, calls, resultTexts, runError, world } from './support/world.ts';

const schema = (validate: () => unknown) =>
  ({
    '~standard': {
      version: 1,
      vendor: 'own',
      validate,
      jsonSchema: { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) },
    },
  }) as ObjectSchema<unknown>;
/** Schema whose check never settles. */
const neverSettlingSchema = schema(() => new Promise(() => undefined));

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
      'throws a value that cannot be converted to text',
      () => {
        // Applications throw any value.
        // oxlint-disable-next-line typescript/only-throw-error
        throw Object.create(null);
      },
      '!The tool failed: it threw a value of type object that cannot be converted to text',
    ],
    [
      'returns a value that is not JSON',
      () => {
        const a: Record<string, unknown> = {};
        a['a'] = a;
        return a;
      },
      expect.stringContaining('!The tool failed: Converting circular'),
    ],
    [
      'returns a function',
      () => () => 1,
      '!The tool failed: the result has type function; return text, JSON, an image or a document',
    ],
    ['returns JSON', () => ({ a: [1] }), '{"a":[1]}'],
    ['returns an array', () => [1, 2], '[1,2]'],
    ['returns an empty array', () => [], '[]'],
    ['returns undefined', () => undefined as never, 'done'],
    [
      'returns text parts',
      () => [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      'a,b',
    ],
  ] as const)('that %s has one result', async (_name, run, text) => {
    expect(resultTexts([await outcomeOf(plain('t', run))] as never)).toEqual([text]);
  });

  it('can return images', async () => {
    const imagePart = image(new Uint8Array([1, 2]));
    expect(await outcomeOf(plain('t', () => [{ type: 'text', text: 'look' }, imagePart]))).toEqual({
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'call_1_0',
          name: 't',
          content: [{ type: 'text', text: 'look' }, imagePart],
        },
      ],
    });
  });

  it('that never settles times out, and its signal aborts', async () => {
    let abortReason: unknown;
    const stuck = plain(
      'stuck',
      (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (abortReason = signal.reason));
        }),
      { timeoutMs: 5 },
    );
    expect(resultTexts([await outcomeOf(stuck)] as never)).toEqual([
      '!The tool failed: the tool did not return within 5 ms',
    ]);
    expect(abortReason).toBeInstanceOf(Error);
  });

  it.each([Infinity, 2 ** 31, Number.MAX_VALUE])(
    'does not time out with a timeoutMs of %d',
    async (timeoutMs) => {
      const late = plain('late', () => new Promise((resolve) => setTimeout(resolve, 20, 'at last')), {
        timeoutMs,
      });
      expect(resultTexts([await outcomeOf(late)] as never)).toEqual(['at last']);
    },
  );

  it('whose schema never settles times out', async () => {
    const stuck = plain('stuck', () => 'never', { parameters: neverSettlingSchema, timeoutMs: 5 });
    expect(resultTexts([await outcomeOf(stuck)] as never)).toEqual([
      '!The tool failed: the tool did not return within 5 ms',
    ]);
  });

  it('whose schema never settles does not delay the end of the run after an abort', async () => {
    const controller = new AbortController();
    const stuck = plain('stuck', () => 'never', { parameters: neverSettlingSchema });
    const { agent } = world([call('stuck'), 'ok'], {
      tools: [stuck],
      onToolStart: () => {
        setImmediate(() => {
          controller.abort();
        });
      },
    });
    expect((await runError(agent.run('go', { signal: controller.signal }))).kind).toBe('aborted');
  });

  it('receives parsed arguments, and does not run with invalid arguments', async () => {
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

  it('with a JSON Schema does not run with invalid arguments', async () => {
    const tool = defineTool({
      name: 't',
      description: 't',
      parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      run: ({ n }) => String(n),
    });
    expect(resultTexts([await outcomeOf(tool, { n: 1 })] as never)).toEqual(['1']);
    expect(resultTexts([await outcomeOf(tool)] as never)).toEqual(['!Invalid arguments: n: is required']);
  });

  it('with a long result is truncated, and the result reports the omitted characters', async () => {
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
      'abcd,ef\n[cut: 6 of 12 characters are omitted]',
    ]);
  });

  it.each([
    [0, '\n[cut: 9 of 9 characters are omitted]'],
    [2, 'a\n[cut: 8 of 9 characters are omitted]'],
    [3, 'a😀\n[cut: 6 of 9 characters are omitted]'],
  ])('with a long result is not truncated within a character: at %i', async (maxResultChars, text) => {
    const tool = plain('t', () => 'a' + '😀'.repeat(4), { maxResultChars });
    expect(resultTexts([await outcomeOf(tool)] as never)).toEqual([text]);
  });

  it('receives its call id, its key, and the context of the run', async () => {
    let toolContext: unknown;
    const tool = plain('t', (_args, { callId, key, context, depth }) => {
      toolContext = { callId, key, context, depth };
      return '';
    });
    const { agent } = world([calls(['c1', 't']), 'ok'], { tools: [tool] });
    await agent.run('go', { context: { user: 7 }, runId: 'r' });
    expect(toolContext).toEqual({ callId: 'c1', key: 'r/1/c1', context: { user: 7 }, depth: 0 });
  });
});

it('extra of a tool is sent to its provider', async () => {
  const look = { ...plain('look', () => ''), extra: { f: { defer_loading: true } } };
  const { agent, requests } = world(['ok'], { tools: [look] });
  await agent.run('go');
  expect(requests[0]?.request.tools).toMatchObject([{ name: 'look', extra: { defer_loading: true } }]);
});

it('a tool of defineTool cannot have a name that is reserved for tools of a vendor', () => {
  const define = () =>
    defineTool({ name: 'vendor:shell', description: '', parameters: z.object({}), run: () => '' });
  expect(define).toThrow(
    expect.objectContaining({
      kind: 'config',
      details: expect.objectContaining({ path: 'name' }) as unknown,
      message:
        'defineTool: the name "vendor:shell" is reserved for tools of defineVendorTool; rename the tool',
    }),
  );
});
