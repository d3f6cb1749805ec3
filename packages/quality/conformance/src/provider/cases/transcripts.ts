import assert from 'node:assert/strict';
import { assistant, type JsonObject, type ModelRequest, toolResult, user } from '@majordomo/core';
import { assertSent, chatRequest, onTarget, succeeded, withBench } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';
import { assertInOrder } from './leaves.ts';
import { ADD } from './tools.ts';

const CALL = { type: 'tool-call', id: 'call_1', name: 'add', args: { a: 1, b: 2 } } as const;

/** Asserts that a transcript with calls whose names the model invented can be sent. */
async function checkInventedNames(harness: Harness): Promise<void> {
  const names = ['exec.command<|channel|>', '$READFILE', ' ', 'x'.repeat(200)];
  const invented = names.map((name, n) => ({ ...CALL, id: `call_${n}`, name }));
  const messages = [
    user('go'),
    assistant(invented),
    toolResult(
      invented.map(({ id, name }) => ({ callId: id, name, content: `no tool "${name}"`, isError: true })),
    ),
  ] as ModelRequest['messages'];
  await withBench(harness, ['done'], async ({ generate, server }) => {
    succeeded(await generate(chatRequest('', { messages, tools: [ADD] })));
    const { toolCalls, toolResults } = assertSent(server).request;
    assert.equal(toolCalls.length, names.length);
    assert.deepEqual(
      toolResults.map(({ callId }) => callId),
      toolCalls.map(({ id }) => id),
    );
  });
}

async function checkTextWithCalls(harness: Harness): Promise<void> {
  const result = toolResult({ callId: CALL.id, name: CALL.name, content: 'three-7b2' });
  const messages = [user('first-7a1'), assistant([{ type: 'text', text: 'adding-7e5' }, CALL]), result];
  await withBench(harness, ['done'], async ({ generate, server }) => {
    succeeded(await generate(chatRequest('', { messages, tools: [ADD] })));
    assertInOrder(assertSent(server).body, ['first-7a1', 'adding-7e5', 'three-7b2']);
    assert.equal(assertSent(server).request.toolCalls.length, 1);
  });
}

async function checkUserAfterTools(harness: Harness): Promise<void> {
  const result = toolResult({ callId: CALL.id, name: CALL.name, content: 'three-7b2' });
  const messages = [user('first-7a1'), assistant([CALL]), result, user('stop-7c3'), user('now-7d4')];
  await withBench(harness, ['done'], async ({ generate, server }) => {
    const request = { messages: messages as ModelRequest['messages'], tools: [ADD] };
    succeeded(await generate(chatRequest('', request)));
    assertInOrder(assertSent(server).body, ['first-7a1', 'three-7b2', 'stop-7c3', 'now-7d4']);
  });
}

const ODD_NAMES = ['files.read', '1st:choice', 'y'.repeat(100)];

async function checkFittedNames(harness: Harness): Promise<void> {
  const tools = ODD_NAMES.map((name) => ({ ...ADD, name }));
  await onTarget(
    harness,
    ({ request }) => ({
      parts: request.tools.map((name) => ({ type: 'tool-call', name, json: '{"a":1,"b":2}' })),
    }),
    async (generate, server) => {
      const { toolCalls } = await generate({ messages: [user('go')], tools });
      assert.deepEqual(
        toolCalls.map(({ name }) => name),
        ODD_NAMES,
        'a call has another name than its tool',
      );
      assertSent(server);
    },
  );
}

/** Schemas that applications often use and that many vendors reject. */
const SCHEMAS: Readonly<Record<string, JsonObject>> = {
  record: {
    type: 'object',
    properties: { byName: { type: 'object', additionalProperties: { type: 'number' } } },
    required: ['byName'],
  },
  recursion: {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['children'],
      },
    },
  },
  'a union at its root': {
    anyOf: [
      { type: 'object', properties: { kind: { const: 'a' } }, required: ['kind'] },
      { type: 'object', properties: { kind: { const: 'b' }, n: { type: 'number' } }, required: ['kind'] },
    ],
  },
  'an empty enum value': {
    type: 'object',
    properties: { mood: { type: 'string', enum: ['', 'good'] }, at: { type: 'string', minLength: 2 } },
  },
};

async function checkOutputSchemas(harness: Harness): Promise<void> {
  for (const [what, output] of Object.entries(SCHEMAS)) {
    await onTarget(
      harness,
      () => '{}',
      async (generate, server) => {
        const { text } = await generate({ messages: [user('go')], output });
        assert.equal(text, '{}', `a schema with ${what} lost the answer`);
        assertSent(server);
      },
    );
  }
}

async function checkToolSchemas(harness: Harness): Promise<void> {
  const tools = Object.values(SCHEMAS).map((parameters, n) => ({ ...ADD, name: `tool_${n}`, parameters }));
  await onTarget(
    harness,
    () => 'done',
    async (generate, server) => {
      assert.equal((await generate({ messages: [user('go')], tools })).text, 'done');
      assertSent(server);
    },
  );
}

/** Cases of transcripts and schemas from real applications. Calls with these transcripts and schemas must not fail. */
export const transcriptCases: readonly Case[] = [
  testCase(
    'made-up-tool-names',
    'calls with invented tool names are sent in a form that the wire accepts',
    checkInventedNames,
  ),
  testCase('text-with-tool-calls', 'text next to tool calls is sent with the history', checkTextWithCalls),
  testCase('user-after-tools', 'a user message may directly follow tool results', checkUserAfterTools),
  testCase(
    'fitted-tool-names',
    'tool names that the wire rejects are replaced, and calls have the original names',
    checkFittedNames,
  ),
  testCase(
    'output-schemas',
    'output schemas of common validators are accepted at the first request',
    checkOutputSchemas,
  ),
  testCase(
    'tool-schemas',
    'tool schemas of common validators are accepted at the first request',
    checkToolSchemas,
  ),
];
