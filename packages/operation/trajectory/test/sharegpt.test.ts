import {
  file,
  image,
  toolResult,
  user,
  vendorResult,
  type Message,
  type VendorCallPart,
} from '@majordomo/core';
import { expect, it } from 'vitest';
import { toShareGpt, trajectoryOf, type Trajectory } from '../src/index.ts';
import { about, plain, run, toolTurn } from './support/runs.ts';

const AT = new Date('2026-11-21T03:00:00Z');
const call = (...ids: string[]): Message => ({
  role: 'assistant',
  parts: ids.map((id) => ({ type: 'tool-call', id, name: `of_${id}`, args: {} })),
});
const result = (callId: string, content = callId) => toolResult({ callId, name: `of_${callId}`, content });
const withMessages = (...messages: readonly Message[]): Trajectory => ({ ...plain('a'), messages });
const valuesOf = (trajectory: Trajectory): readonly string[] =>
  toShareGpt(trajectory).conversations.map(({ from, value }) => `${from}: ${value.replaceAll('\n', ' ')}`);

it('writes a run as Hermes does', async () => {
  const trajectory = trajectoryOf(await run([toolTurn, 'Take the boots.']), about, AT);
  const { conversations, ...rest } = toShareGpt(trajectory);
  expect(rest).toEqual({ timestamp: '2026-11-21T03:00:00.000Z', model: 'f/m', completed: true });
  expect(conversations[0]?.value).toMatch(
    /^Be brief\.\n\nFunctions may be called[^]*<tools>\n\[\{"name":"weather","description":"The weather in a city","parameters":\{.*\}\}\]\n<\/tools>$/,
  );
  expect(conversations.slice(1)).toEqual([
    { from: 'human', value: 'Which shoes?' },
    {
      from: 'gpt',
      value:
        '<think>\nThe sky decides.\n</think>\nLet me look.\n<tool_call>\n{"name":"weather","arguments":{"city":"Oslo"}}\n</tool_call>',
    },
    {
      from: 'tool',
      value:
        '<tool_response>\n{"tool_call_id":"c1","name":"weather","content":{"sky":"snow"}}\n</tool_response>',
    },
    { from: 'gpt', value: '<think>\n</think>\nTake the boots.' },
  ]);
});

it('has no system entry where there is nothing to say in it', () => {
  expect(valuesOf(withMessages(user('hi')))).toEqual(['human: hi']);
});

it('pairs results by id, also when they came out of order and in several messages', () => {
  const values = valuesOf(
    withMessages(call('a', 'b', 'c'), result('c'), result('a'), result('b'), user('thanks')),
  );
  expect(values[1]?.match(/"tool_call_id":"\w"/g)).toEqual([
    '"tool_call_id":"a"',
    '"tool_call_id":"b"',
    '"tool_call_id":"c"',
  ]);
  expect(values).toHaveLength(3);
});

it('takes an id that comes again for the latest call of it', () => {
  const values = valuesOf(withMessages(call('a'), call('a'), result('a', 'of the second')));
  expect(values.map((value) => value.split(':')[0])).toEqual(['gpt', 'gpt', 'tool']);
  const twice = valuesOf(withMessages(call('a'), result('a', 'first'), call('a'), result('a', 'second')));
  expect(
    twice.filter((value) => value.startsWith('tool')).map((value) => /first|second/.exec(value)?.[0]),
  ).toEqual(['first', 'second']);
});

it('loses no result that nobody asked for', () => {
  expect(valuesOf(withMessages(user('hi'), result('x')))).toEqual([
    'human: hi',
    'tool: <tool_response> {"tool_call_id":"x","name":"of_x","content":"x"} </tool_response>',
  ]);
});

it('puts a word in the place of a picture or a document', () => {
  const picture = image(new Uint8Array([1, 2, 3]));
  const document = file(new Uint8Array([4]), 'application/pdf', 'bill.pdf');
  const result = toolResult({
    callId: 'a',
    name: 'see',
    content: [{ type: 'text', text: 'look:' }, picture],
  });
  const [human, , tool] = valuesOf(withMessages(user('What is it?', picture, document), call('a'), result));
  expect(human).toBe('human: What is it? [image] [file bill.pdf]');
  expect(tool).toContain('"content":"look:\\n[image]"');
});

it('says that a run did not complete', async () => {
  expect(toShareGpt(trajectoryOf(await run([{ fail: 'auth' }]), about, AT)).completed).toBe(false);
});

it('writes the details of a result without content', () => {
  const approval: VendorCallPart = {
    type: 'vendor-call',
    id: 'm1',
    kind: 'mcp-approval',
    name: 'mcp_approval_request',
    args: { name: 'pay' },
    replay: { family: 'f', data: null },
  };
  const turn: Message = { role: 'assistant', parts: [approval] };
  const values = valuesOf(withMessages(turn, vendorResult(approval, { output: { approve: true } })));
  expect(values.at(-1)).toContain('"content":{"approve":true}');
});
