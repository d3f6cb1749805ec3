import { readFileSync } from 'node:fs';
import { toolResult, type JsonObject, type ModelRequest, type TurnMessage } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { requestOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { eventsOf } from '../../test/reading.ts';
import { interfaceMembers } from '../../test/sdk-types.ts';
import { READ_MEMBERS, SENT_MEMBERS } from './kept-members.ts';
import { itemsToWire } from './messages.ts';
import { OPENAI_RESPONSES_QUIRKS } from './quirks.ts';
import { responsesRecovery } from '../../test/recoveries.ts';
import { ResponsesReader } from './stream.ts';

const types = readFileSync(
  new URL('../../../provider-openai/node_modules/openai/resources/responses/responses.d.ts', import.meta.url),
  'utf8',
);

/** Names of the SDK's types of items that are both output and input. */
it.each([
  ['message', 'ResponseOutputMessage', []],
  ['reasoning', 'ResponseReasoningItem', []],
  ['function_call', 'ResponseFunctionToolCall', SENT_MEMBERS],
])('sends back each member of %s that the SDK’s type has', (type, name, sent) => {
  const others = interfaceMembers(types, name).filter((member) => READ_MEMBERS[type]?.has(member) !== true);
  expect(others).toEqual(sent);
});

it('accepts each type of item of a response in a request, as the SDK’s types do', () => {
  const union = (name: string): readonly string[] =>
    (new RegExp(`export type ${name} = ([^;]+);`).exec(types)?.[1] ?? '')
      .split('|')
      .map((each) => each.trim().replace(/^.*\./, ''));
  const accepted = union('ResponseInputItem');
  const output = union('ResponseOutputItem');
  expect(output.length).toBeGreaterThan(20);
  // Output types that have another name as input.
  const renamed: Readonly<Record<string, string>> = {
    ResponseFunctionToolCallItem: 'ResponseFunctionToolCall',
    ResponseFunctionToolCallOutputItem: 'FunctionCallOutput',
    ResponseComputerToolCallOutputItem: 'ComputerCallOutput',
    ResponseFunctionShellToolCall: 'ShellCall',
    ResponseFunctionShellToolCallOutput: 'ShellCallOutput',
    ResponseApplyPatchToolCall: 'ApplyPatchCall',
    ResponseApplyPatchToolCallOutput: 'ApplyPatchCallOutput',
    ResponseToolSearchCall: 'ToolSearchCall',
    ResponseToolSearchOutputItem: 'ResponseToolSearchOutputItemParam',
    ResponseCompactionItem: 'ResponseCompactionItemParam',
    ResponseCustomToolCallItem: 'ResponseCustomToolCall',
    ResponseCustomToolCallOutputItem: 'ResponseCustomToolCallOutput',
  };
  expect(
    output.filter((name) => !accepted.includes(name) && !accepted.includes(renamed[name] ?? '')),
  ).toEqual([]);
});

const FAMILY = 'openai@x#p';

const callItem = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'c1',
  name: 'f',
  arguments: '{}',
  status: 'completed',
  async: true,
  new_member: 1,
};

function turnOf(item: object): TurnMessage {
  const reader = new ResponsesReader({ writer: new EventWriter('p/m', { collects: true }), family: FAMILY });
  reader.readBody({ id: 'r', status: 'completed', output: [item] });
  return { role: 'assistant', parts: eventsOf(reader).parts };
}

const requestAfter = (turn: TurnMessage): ModelRequest =>
  requestOf({ messages: [turn, toolResult({ callId: 'c1', name: 'f', content: [] })] });

const itemsOf = (request: ModelRequest) => itemsToWire(request, OPENAI_RESPONSES_QUIRKS, FAMILY, []);

it('sends back a member that the API defines as input, keeps another, and does not send it', () => {
  const turn = turnOf(callItem);
  const [part] = turn.parts;
  expect((part as { replay: { data: JsonObject } }).replay.data).toMatchObject({
    members: { async: true, new_member: 1 },
  });
  const [sent] = itemsOf(requestAfter(turn));
  expect(sent).toMatchObject({ type: 'function_call', async: true });
  expect(sent).not.toHaveProperty('new_member');
});

it('sends the call without the member after an error that names it', () => {
  const request = requestAfter(turnOf(callItem));
  const sent = { input: itemsOf(request) };
  const failure = { code: 'unknown_parameter', type: undefined, param: 'input[0].async', message: 'Unknown' };
  const recovery = responsesRecovery(failure, 400, sent);
  expect(recovery?.what).toBe('async dropped from earlier items');
  const [repaired] = itemsOf(recovery?.apply(request) ?? request);
  expect(repaired).not.toHaveProperty('async');
  expect(repaired).toMatchObject({ id: 'fc_1', call_id: 'c1' });
});

it.each([
  ['phase', "Unknown parameter: 'input[0].phase'.", undefined],
  ['id', "Invalid 'input[0].id': 'msg_1'.", undefined],
  ['status', 'Extra inputs are not permitted', 'input.0.status'],
])('sends a message without %s after an error that names it', (name, message, param) => {
  const item = {
    type: 'message',
    id: 'msg_1',
    phase: 'commentary',
    content: [{ type: 'output_text', text: 'x' }],
  };
  const request = requestOf({ messages: [turnOf(item)] });
  const sent = { input: itemsOf(request) };
  expect(sent.input[0]).toHaveProperty(name);
  const recovery = responsesRecovery({ code: undefined, type: undefined, param, message }, 400, sent);
  const repaired = recovery?.apply(request) ?? request;
  expect(itemsOf(repaired)[0]).not.toHaveProperty(name);
  expect(itemsOf(repaired)[0]).toMatchObject({ content: [{ text: 'x' }] });
  expect(
    responsesRecovery({ code: undefined, type: undefined, param, message }, 400, {
      input: itemsOf(repaired),
    }),
  ).toBeUndefined();
});

it.each([
  ["Invalid value: 'future_item'. Supported values are: 'message' and 'reasoning'.", undefined],
  ['Invalid value', 'input[0]'],
])('omits an unknown item after the error %j with param %s', (message, param) => {
  const turn = turnOf({ type: 'future_item', id: 'fi_1', data: 1 });
  const request = requestOf({ messages: [turn] });
  const sent = { input: itemsOf(request) };
  expect(sent.input).toMatchObject([{ type: 'future_item' }]);
  const recovery = responsesRecovery({ code: undefined, type: undefined, param, message }, 400, sent);
  expect(itemsOf(recovery?.apply(request) ?? request)).toEqual([]);
});

it('keeps the unknown members of a message and of reasoning', () => {
  const message = { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'x' }], extra: 1 };
  expect(turnOf(message).parts[0]).toMatchObject({
    replay: { data: { id: 'msg_1', members: { extra: 1 } } },
  });
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'e', extra: 2 };
  expect(turnOf(reasoning).parts[0]).toMatchObject({ replay: { data: { members: { extra: 2 } } } });
  expect(itemsOf(requestAfter(turnOf(reasoning)))[0]).not.toHaveProperty('members');
});
