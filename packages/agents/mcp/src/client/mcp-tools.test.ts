import { suspend } from '@majordomo/agent';
import { LlmError, type JsonObject } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import type { McpEvent, McpOptions } from '../options.ts';
import { ApprovalRequests } from './approval-requests.ts';
import { checkOf, fingerprintOf, mcpTool, type ToolsIo } from './mcp-tools.ts';
import { ToolHistory } from './tool-history.ts';

type Listed = Parameters<typeof mcpTool>[0];
const listed: Listed = { name: 'look', description: 'Looks', inputSchema: { type: 'object' } };
const found = { type: 'result', result: { content: [{ type: 'text', text: 'found' }] } } as const;

/** Returns whether a call without arguments needs approval. */
const approvalOf = ({ approval }: ReturnType<typeof mcpTool>) =>
  typeof approval === 'function' ? approval({}, {}) : approval;

/** Converts a tool whose calls have these outcomes, in order. */
function converted(
  change: Partial<Listed> = {},
  options: Partial<McpOptions> = {},
  outcomes: readonly unknown[] = [],
) {
  const tool = { ...listed, ...change };
  const left = [...outcomes];
  const calls: JsonObject[] = [];
  const events: McpEvent[] = [];
  const clock = fakeClock();
  const connection = {
    clock,
    closing: new AbortController(),
    call: async (call: JsonObject) => {
      calls.push(call);
      const outcome = left.shift() ?? found;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  };
  const history = new ToolHistory([['look', fingerprintOf(listed)]], () => undefined);
  const allOptions: McpOptions = { name: 'x', place: { command: 'x' }, ...options };
  const io = {
    options: allOptions,
    connection,
    history,
    requests: new ApprovalRequests(allOptions),
    emit: (event: McpEvent) => events.push(event),
  } as unknown as ToolsIo;
  const made = mcpTool(tool, fingerprintOf(tool), 'x_look', io);
  const { signal } = new AbortController();
  const run = async (at: AbortSignal = signal): Promise<unknown> =>
    made.run({ at: 1 } as never, { signal: at } as never);
  return { made, run, approval: () => approvalOf(made), calls, events, clock, io, history, signal };
}

it('has the name, the description and the schema of the tool', () => {
  const schema = { $schema: 'https://json-schema.org/draft-07', type: 'object', properties: {} } as const;
  const { made } = converted({ title: 'Look', inputSchema: schema }, { maxResultChars: 5 });
  expect(made).toMatchObject({ name: 'x_look', description: 'Looks', maxResultChars: 5 });
  expect(made.parameters).toEqual(schema);
});

it.each<[Partial<Listed>, string]>([
  [{ description: undefined, title: 'Look' }, 'Look'],
  [{ description: undefined }, ''],
  [{ description: 'd'.repeat(20_000) }, 'd'.repeat(20_000)],
])('the tool with %o has a description', (change, description) => {
  expect(converted(change).made.description).toBe(description);
});

it('truncates a description of more than 20,000 characters', () => {
  expect(converted({ description: 'd'.repeat(20_001) }).made.description.length).toBeLessThanOrEqual(20_000);
});

it('sends the call, and returns the content of the result', async () => {
  const { run, calls, signal } = converted({}, { suspend: ['task'] });
  expect(await run()).toEqual([{ type: 'text', text: 'found' }]);
  expect(calls).toEqual([
    { tool: listed, args: { at: 1 }, signal, suspend: ['task'], check: expect.any(Function) as unknown },
  ]);
  const plain = converted();
  await plain.run();
  expect(plain.calls[0]?.['suspend']).toEqual([]);
});

it('throws the text of a result that is an error', async () => {
  const { run } = converted({}, {}, [{ ...found, result: { ...found.result, isError: true } }]);
  await expect(run()).rejects.toThrow(new Error('found'));
});

it('suspends a call whose task runs', async () => {
  const { run } = converted({}, {}, [{ type: 'task', taskId: 't' }]);
  expect(await run()).toEqual(suspend({ type: 'mcp-task', server: 'x', tool: 'look', taskId: 't' }));
});

const network = new LlmError('network', 'lost');

it.each<[string, Partial<Listed>, number | undefined, readonly unknown[], number]>([
  ['a read-only tool', { annotations: { readOnlyHint: true } }, 2, [network, network], 3],
  ['an idempotent tool', { annotations: { idempotentHint: true } }, 2, [network, network], 3],
  ['a tool with three failures', { annotations: { readOnlyHint: true } }, 2, [network, network, network], 3],
  ['another tool', { annotations: { readOnlyHint: false } }, 2, [network], 1],
  ['a tool without annotations', {}, 2, [network], 1],
  ['a read-only tool without retries', { annotations: { readOnlyHint: true } }, undefined, [network], 1],
  ['a permanent failure', { annotations: { readOnlyHint: true } }, 2, [new LlmError('auth', 'no')], 1],
  ['an unknown failure', { annotations: { readOnlyHint: true } }, 2, [new Error('bug')], 1],
])('calls %s as often as allowed', async (_name, change, retries, outcomes, count) => {
  const { run, calls, clock } = converted(change, { retries }, outcomes);
  const outcome = run().then(
    () => 'found',
    (error: unknown) => error,
  );
  if (count > 1) {
    await clock.advance(249);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
    await clock.advance(500);
  }
  expect(await outcome).toBe(outcomes.length < count ? 'found' : outcomes.at(-1));
  expect(calls).toHaveLength(count);
});

it('does not call a tool again after an abort', async () => {
  const { run, calls } = converted({ annotations: { readOnlyHint: true } }, { retries: 2 }, [network]);
  await expect(run(AbortSignal.abort())).rejects.toBe(network);
  expect(calls).toHaveLength(1);
});

const CHANGED = { description: 'Looks elsewhere' };

it.each<[Partial<Listed>, McpOptions['approve'], boolean]>([
  [{}, undefined, false],
  [{}, 'destructive', false],
  [{}, 'all', true],
  [{}, 'none', false],
  [CHANGED, undefined, true],
  [CHANGED, 'all', true],
  [CHANGED, 'none', false],
])('the tool with %o and the option %s needs approval: %s', async (change, approve, expected) => {
  const { approval, events } = converted(change, { approve });
  expect(await approval()).toBe(expected);
  const detail = 'look: its definition differs from the one that was first seen or approved';
  const isReported = change === CHANGED && approve !== 'none';
  expect(events).toEqual(isReported ? [{ type: 'approval', detail }] : []);
});

it.each([
  [true, undefined, true],
  [false, undefined, false],
  [true, 'none', false],
] as const)(
  'a tool with destructiveHint %s and the option %s needs approval: %s',
  (hint, approve, expected) => {
    const { io, history } = converted({}, { approve });
    const tool = { ...listed, name: 'wipe', annotations: { destructiveHint: hint } };
    history.update([['wipe', fingerprintOf(tool)]]);
    expect(approvalOf(mcpTool(tool, fingerprintOf(tool), 'x_wipe', io))).toBe(expected);
  },
);

it('rejects a changed definition until its approval was requested', async () => {
  const { approval, io } = converted(CHANGED);
  const tool = { ...listed, ...CHANGED };
  const check = checkOf(tool, fingerprintOf(tool), io);
  const message =
    'the tool did not run, because the server changed its definition after the approval check; call the tool again';
  expect(check).toThrow(expect.objectContaining({ kind: 'invalid-request', message }) as Error);
  expect(await approval()).toBe(true);
  expect(check).not.toThrow();
  const unchecked = converted(CHANGED, { approve: 'none' }).io;
  expect(checkOf(tool, fingerprintOf(tool), unchecked)).not.toThrow();
});

it('a definition consists of the description, the title, the schema and the annotations', () => {
  const changes: readonly Partial<Listed>[] = [
    { description: 'a' },
    { title: 'a' },
    { inputSchema: { type: 'object', properties: {} } },
    { annotations: { readOnlyHint: true } },
  ];
  for (const change of changes)
    expect(fingerprintOf({ ...listed, ...change })).not.toBe(fingerprintOf(listed));
  expect(fingerprintOf({ ...listed, name: 'other', _meta: { a: 1 } })).toBe(fingerprintOf(listed));
});
