import { jsonSchema, type JsonObject, type ToolCallPart } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import {
  answeredBy,
  calledNoTool,
  calledTool,
  calledTools,
  contains,
  exact,
  matches,
  matchesSchema,
  maxCalls,
  maxMs,
  maxUsd,
  noSecrets,
} from '../src/checks/checks.ts';
import type { CallContext, Case, Check, Output } from '../src/definition/types.ts';

const output = (members: Partial<Output>): Output => ({
  case: { id: 'a', input: 'question', expected: members.expected },
  input: 'question',
  expected: undefined,
  trial: 1,
  text: '',
  value: undefined,
  messages: [],
  toolCalls: [],
  targets: [],
  calls: 0,
  cost: { nanoUsd: 0n, basis: 'catalogue', missing: [] },
  ms: 0,
  baseline: undefined,
  ...members,
});
const call = (name: string, args: JsonObject = {}): ToolCallPart => ({
  type: 'tool-call',
  id: name,
  name,
  args,
});

async function score(check: Check, members: Partial<Output>): Promise<number> {
  const result = await check(output(members), {} as CallContext);
  return Number(typeof result === 'object' ? result.score : result);
}
async function reason(check: Check, members: Partial<Output>): Promise<string | undefined> {
  const result = await check(output(members), {} as CallContext);
  return typeof result === 'object' ? result.reason : undefined;
}

const order = [
  call('find', { q: 'shoe' }),
  call('order', { id: '7', to: { city: 'Oslo', zip: 1 }, tags: [1, 2] }),
];
const refundFirst = [call('refund'), call('order')];
const schema = { type: 'object', properties: { queue: { enum: ['a'] } }, required: ['queue'] } as const;
const global = matches(/\d+/g);

const ROWS: readonly (readonly [string, Check, Partial<Output>, number])[] = [
  ['exact text after trimming', exact(), { text: ' yes\n', expected: 'yes' }, 1],
  ['exact text that differs in case', exact('Yes'), { text: 'yes' }, 0],
  [
    'exact value in another order of members',
    exact(),
    { value: { a: 1, b: [2] }, expected: { b: [2], a: 1 } },
    1,
  ],
  ['exact value with another member', exact({ a: 1 }), { value: { a: 1, b: 2 } }, 0],
  ['exact value against text, which is not parsed', exact({ a: 1 }), { text: '{"a":1}' }, 0],
  ['exact with a function of the case', exact((one: Case) => one.id), { text: 'a' }, 1],
  [
    'contains all of the expected strings',
    contains(),
    { text: 'red and blue', expected: ['red', 'blue'] },
    1,
  ],
  ['contains one of two strings', contains(['red', 'green']), { text: 'red' }, 0],
  ['contains a string in another case', contains('RED'), { text: 'red' }, 0],
  ['contains with ignoreCase', contains('RED', { ignoreCase: true }), { text: 'red' }, 1],
  ['matches', matches(/^\d+$/), { text: '12' }, 1],
  ['matches not', matches(/^\d+$/), { text: 'x12' }, 0],
  ['matchesSchema of a value', matchesSchema(schema), { value: { queue: 'a' } }, 1],
  ['matchesSchema of a wrong value', matchesSchema(schema), { value: { queue: 'b' } }, 0],
  ['matchesSchema of JSON text', matchesSchema(schema), { text: '{"queue":"a"}' }, 1],
  ['matchesSchema of other text', matchesSchema(schema), { text: 'a' }, 0],
  ['calledTool', calledTool('order'), { toolCalls: order }, 1],
  ['calledTool without a call', calledTool('refund'), { toolCalls: order }, 0],
  [
    'calledTool with deep arguments',
    calledTool('order', { args: { to: { city: 'Oslo' } } }),
    { toolCalls: order },
    1,
  ],
  [
    'calledTool with another argument',
    calledTool('order', { args: { to: { city: 'Rome' } } }),
    { toolCalls: order },
    0,
  ],
  [
    'calledTool with a complete array',
    calledTool('order', { args: { tags: [1, 2] } }),
    { toolCalls: order },
    1,
  ],
  [
    'calledTool with a part of an array',
    calledTool('order', { args: { tags: [1] } }),
    { toolCalls: order },
    0,
  ],
  ['calledTool before', calledTool('order', { before: 'refund' }), { toolCalls: refundFirst }, 0],
  ['calledTool before, in order', calledTool('find', { before: 'order' }), { toolCalls: order }, 1],
  [
    'calledTool before a tool that was not called',
    calledTool('order', { before: 'refund' }),
    { toolCalls: order },
    1,
  ],
  ['calledTool after', calledTool('order', { after: 'find' }), { toolCalls: order }, 1],
  [
    'calledTool after a tool that was not called',
    calledTool('order', { after: 'refund' }),
    { toolCalls: order },
    0,
  ],
  [
    'calledTool the exact number of times',
    calledTool('order', { times: 2 }),
    { toolCalls: [...order, ...order] },
    1,
  ],
  ['calledTool another number of times', calledTool('order', { times: 2 }), { toolCalls: order }, 0],
  ['calledTool never', calledTool('refund', { times: 0 }), { toolCalls: order }, 1],
  [
    'calledTools in order with others between',
    calledTools(['a', 'c']),
    { toolCalls: ['a', 'b', 'c'].map((n) => call(n)) },
    1,
  ],
  ['calledTools in another order', calledTools(['c', 'a']), { toolCalls: ['a', 'c'].map((n) => call(n)) }, 0],
  [
    'calledTools exactly',
    calledTools(['a'], { exactly: true }),
    { toolCalls: ['a', 'b'].map((n) => call(n)) },
    0,
  ],
  [
    'calledTools of the case',
    calledTools(),
    { toolCalls: [call('a')], expected: { text: '', toolCalls: [{ name: 'a', args: {} }] } },
    1,
  ],
  ['calledNoTool with one call', calledNoTool(), { toolCalls: order }, 0],
  ['calledNoTool of another name', calledNoTool('refund'), { toolCalls: order }, 1],
  ['answeredBy a provider', answeredBy('openai/*', 'a/b'), { targets: ['openai/x', 'a/b'] }, 1],
  ['answeredBy another target', answeredBy('openai/*'), { targets: ['openai/x', 'openai2/y'] }, 0],
  ['answeredBy any', answeredBy('*'), { targets: ['x/y'] }, 1],
  ['answeredBy no model', answeredBy('*'), { targets: [] }, 0],
  [
    'maxUsd at the limit',
    maxUsd('0.02'),
    { cost: { nanoUsd: 20_000_000n, basis: 'catalogue', missing: [] } },
    1,
  ],
  [
    'maxUsd above the limit',
    maxUsd('0.02'),
    { cost: { nanoUsd: 20_000_001n, basis: 'catalogue', missing: [] } },
    0,
  ],
  [
    'maxUsd of an included cost',
    maxUsd('0'),
    { cost: { nanoUsd: undefined, basis: 'included', missing: [] } },
    1,
  ],
  ['maxMs at the limit', maxMs(100), { ms: 100 }, 1],
  ['maxMs above the limit', maxMs(100), { ms: 101 }, 0],
  ['maxCalls at the limit', maxCalls(2), { calls: 2 }, 1],
  ['maxCalls above the limit', maxCalls(2), { calls: 3 }, 0],
  ['noSecrets', noSecrets(), { text: 'hello' }, 1],
];

test.each(ROWS)('%s', async (_name, check, members, expected) => {
  expect(await score(check, members)).toBe(expected);
});

test('matches ignores the position of a global expression', async () => {
  expect(await score(global, { text: 'a 1' })).toBe(1);
  expect(await score(global, { text: '1' })).toBe(1);
});

test('maxUsd names the missing facts of an unknown cost', async () => {
  const cost = { nanoUsd: undefined, basis: 'unknown', missing: ['x/y: no price'] } as const;
  expect(await score(maxUsd('1'), { cost })).toBe(0);
  expect(await reason(maxUsd('1'), { cost })).toContain('x/y: no price');
});

const key = `sk-ant-api03-${'Ab1'.repeat(31)}AA`;

test.each([
  ['text', { text: `the key is ${key}` }],
  ['tool arguments', { toolCalls: [call('send', { body: key })] }],
  ['value', { value: { note: key } }],
] as const)('noSecrets finds a secret in the %s and does not repeat it', async (_name, members) => {
  expect(await score(noSecrets(), members)).toBe(0);
  expect(await reason(noSecrets(), members)).not.toContain(key);
});

test('maxUsd rejects an invalid amount when it is created', () => {
  expect(() => maxUsd('1e3')).toThrow(expect.objectContaining({ kind: 'config' }));
});

describe('version', () => {
  test('is equal for equal options and differs for others', () => {
    expect(contains('a').version).toBe(contains('a').version);
    expect(contains('a').version).not.toBe(contains('b').version);
    expect(matches(/a/).version).not.toBe(matches(/a/i).version);
    expect(calledTool('a', { times: 1 }).version).not.toBe(calledTool('a').version);
    expect(maxUsd('1').version).not.toBe(maxMs(1).version);
    const schemaOf = (type: string) => jsonSchema({ type: 'object', properties: { a: { type } } });
    expect(matchesSchema(schemaOf('string')).version).toBe(matchesSchema(schemaOf('string')).version);
    expect(matchesSchema(schemaOf('string')).version).not.toBe(matchesSchema(schemaOf('number')).version);
  });
});
