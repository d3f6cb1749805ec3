import assert from 'node:assert/strict';
import { assistant, type ModelRequest, type ModelTool, toolResult, user } from '@majordomo/core';
import type { AnswerToolCall } from '@majordomo/testing/internal';
import { withBench, assertSent, chatRequest, inEveryDelivery, succeeded } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';

/** Tool whose schema every strict mode accepts. */
export const ADD: Omit<ModelTool, 'extra'> = {
  name: 'add',
  description: 'Adds two numbers.',
  parameters: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
    additionalProperties: false,
  },
};

const NOOP: ModelTool = {
  name: 'noop',
  description: 'Does nothing.',
  // MCP servers describe tools without parameters with this schema.
  parameters: { type: 'object' },
};

const withTools: ModelRequest = chatRequest('What is 1 + 2, and 3 + 4?', { tools: [ADD, NOOP] });

const call = (json: string, more: Partial<AnswerToolCall> = {}): AnswerToolCall => ({
  type: 'tool-call',
  name: 'add',
  json,
  ...more,
});

/** Asserts that an answer has these tool calls in every delivery. */
async function checkCalls(
  harness: Harness,
  parts: readonly AnswerToolCall[],
  expected: readonly object[],
  interleave = false,
): Promise<void> {
  await inEveryDelivery(
    harness,
    { id: 'calls', parts, interleave },
    (result) => {
      const { finish, text, toolCalls } = succeeded(result);
      assert.deepEqual([finish, text], ['tool-calls', '']);
      const ids = toolCalls.map(({ id }) => id);
      assert.ok(!ids.includes(''), 'a tool call without an id');
      assert.equal(new Set(ids).size, ids.length, 'two tool calls with one id');
      const calls = toolCalls.map(({ name, args, invalid }) => ({ name, args, ...(invalid && { invalid }) }));
      assert.deepEqual(calls, expected);
    },
    withTools,
  );
}

/** Cases of tool calls, their arguments, ids and results. */
export const toolCases: readonly Case[] = [
  testCase('tool-call', 'a tool call has its name and its parsed arguments', async (harness) => {
    await checkCalls(harness, [call('{"a": 1, "b": 2}')], [{ name: 'add', args: { a: 1, b: 2 } }]);
    await withBench(
      harness,
      [{ parts: [call('{"a":1,"b":2}', { id: 'given_1' })] }],
      async ({ generate, server }) => {
        const { toolCalls } = succeeded(await generate(withTools));
        assert.equal(toolCalls[0]?.id, 'given_1', 'the call id of the wire is replaced');
        assert.deepEqual(assertSent(server).request.tools, ['add', 'noop']);
      },
    );
  }),
  testCase('parallel-tool-calls', 'parallel tool calls have their order and their arguments', (harness) =>
    checkCalls(
      harness,
      [call('{"a":1,"b":2}'), call('{"a":3,"b":4}'), call('{}', { name: 'noop' })],
      [
        { name: 'add', args: { a: 1, b: 2 } },
        { name: 'add', args: { a: 3, b: 4 } },
        { name: 'noop', args: {} },
      ],
    ),
  ),
  testCase(
    'interleaved-tool-calls',
    'interleaved fragments of parallel calls are assembled per call',
    (harness) =>
      checkCalls(
        harness,
        [call('{"a":1,"b":2}', { chunks: 1 }), call('{"a":30,"b":40}', { chunks: 2 })],
        [
          { name: 'add', args: { a: 1, b: 2 } },
          { name: 'add', args: { a: 30, b: 40 } },
        ],
        true,
      ),
  ),
  testCase('streamed-arguments', 'arguments are emitted as they arrive', (harness) =>
    withBench(harness, [{ parts: [call('{"a":1,"b":2}', { chunks: 3 })] }], async ({ generate }) => {
      const { events, toolCalls } = succeeded(await generate(withTools));
      const pieces = events.flatMap((event) => (event.type === 'args-delta' ? [event.json] : []));
      assert.ok(pieces.length > 1, `the arguments arrived in ${pieces.length} deltas`);
      assert.deepEqual(JSON.parse(pieces.join('')), toolCalls[0]?.args);
    }),
  ),
  testCase(
    'missing-call-ids',
    'calls without ids get ids, and the same response gets the same ids',
    (harness) =>
      withBench(
        harness,
        () => ({ id: 'bare', parts: [call('{"a":1,"b":2}', { id: '' }), call('{"a":3,"b":4}', { id: '' })] }),
        async ({ generate }) => {
          const first = succeeded(await generate(withTools)).toolCalls;
          const again = succeeded(await generate(withTools)).toolCalls;
          assert.deepEqual(
            first.map(({ args }) => args),
            [
              { a: 1, b: 2 },
              { a: 3, b: 4 },
            ],
          );
          assert.equal(new Set(first.map(({ id }) => id)).size, 2);
          assert.ok(first.every(({ id }) => id !== ''));
          assert.deepEqual(again, first, 'the same response has different ids');
        },
      ),
  ),
  testCase('empty-arguments', 'missing arguments become an empty object', (harness) =>
    checkCalls(
      harness,
      [call('', { name: 'noop' }), call('{}', { name: 'noop' })],
      [
        { name: 'noop', args: {} },
        { name: 'noop', args: {} },
      ],
    ),
  ),
  testCase(
    'bad-arguments',
    'arguments that are not a JSON object are marked invalid and returned as text',
    (harness) =>
      withBench(
        harness,
        [{ parts: [call('{"a": 1, "b":')] }, { parts: [call('[1, 2]')] }],
        async ({ generate }) => {
          for (const raw of ['{"a": 1, "b":', '[1, 2]']) {
            const { toolCalls } = succeeded(await generate(withTools));
            assert.deepEqual(
              toolCalls.map(({ name, args, invalid }) => ({ name, args, invalid })),
              [{ name: 'add', args: {}, invalid: { raw } }],
            );
          }
        },
      ),
  ),
  testCase(
    'tool-result',
    'tool results are sent with the ids of their calls, and errors are marked',
    (harness) =>
      withBench(
        harness,
        [{ parts: [call('{"a":1,"b":2}'), call('{"a":3,"b":4}')] }, 'done'],
        async ({ generate, server }) => {
          const { parts, toolCalls } = succeeded(await generate(withTools));
          const [first, second] = toolCalls;
          assert.ok(first && second);
          const results = toolResult([
            { callId: first.id, name: 'add', content: '3' },
            { callId: second.id, name: 'add', content: 'out of numbers', isError: true },
          ]);
          const messages = [...withTools.messages, { role: 'assistant' as const, parts }, results];
          assert.equal(succeeded(await generate({ ...withTools, messages })).text, 'done');
          const { request } = assertSent(server, 2);
          assert.deepEqual(request.toolCalls, [
            { id: first.id, name: 'add', args: { a: 1, b: 2 } },
            { id: second.id, name: 'add', args: { a: 3, b: 4 } },
          ]);
          assert.deepEqual(
            request.toolResults.map(({ callId, isError }) => ({ callId, isError })),
            [
              { callId: first.id, isError: false },
              { callId: second.id, isError: true },
            ],
          );
          assert.match(request.toolResults[1]?.text ?? '', /out of numbers/);
        },
      ),
  ),
  testCase(
    'foreign-tool-ids',
    "another vendor's call ids are mapped to ids that the wire accepts",
    (harness) =>
      withBench(harness, ['done'], async ({ generate, server }) => {
        const ids = ['call|fc_68a0.ä:1', 'x'.repeat(90), 'x'.repeat(91)];
        const messages = [
          user('go'),
          assistant(ids.map((id) => ({ type: 'tool-call', id, name: 'add', args: { a: 1, b: 2 } }))),
          toolResult(ids.map((callId, n) => ({ callId, name: 'add', content: `result ${n}` }))),
        ] as ModelRequest['messages'];
        succeeded(await generate({ ...withTools, messages }));
        const { toolCalls, toolResults } = assertSent(server).request;
        assert.deepEqual(
          toolResults.map(({ callId }) => callId),
          toolCalls.map(({ id }) => id),
        );
        assert.equal(new Set(toolCalls.map(({ id }) => id)).size, 3, 'two calls have the same id');
      }),
  ),
];
