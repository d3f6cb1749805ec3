import type { JsonObject, ModelRequest } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { expect, it } from 'vitest';
import { OPENAI_QUIRKS } from '../src/chat/quirks.ts';
import { toWire } from '../src/chat/request.ts';
import { ChatReader } from '../src/chat/stream.ts';
import { OPENAI_RESPONSES_QUIRKS } from '../src/responses/quirks.ts';
import { toWire as toResponses } from '../src/responses/request.ts';
import { ResponsesReader } from '../src/responses/stream.ts';

const parameters: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { type: 'string' } },
  required: ['city'],
};
const request: ModelRequest = {
  messages: [],
  tools: [{ name: 'weather', description: 'd', parameters }],
  output: { name: 'answer', schema: parameters },
  extra: {},
};
const JSON_TEXT = '{"city":"Ulm","unit":null}';
const EXPECTED = { city: 'Ulm' };
const fragments = JSON_TEXT.match(/.{1,3}/g) ?? [];

const chat = (): ChatReader =>
  new ChatReader({
    writer: new EventWriter('p/m', { collects: true }),
    family: 'f',
    quirks: { reasoningTokens: 'inside' },
    originals: toWire(request, 'm', OPENAI_QUIRKS, { stream: true }).originals,
  });
const responses = (): ResponsesReader =>
  new ResponsesReader({
    writer: new EventWriter('p/m', { collects: true }),
    family: 'f',
    originals: toResponses(request, 'm', OPENAI_RESPONSES_QUIRKS, { stream: true }).originals,
  });

/** Returns the JSON of the deltas, the values of the parts, and the reported repairs. */
function readResult(reader: ChatReader | ResponsesReader): unknown {
  let streamedJson = '';
  const parts: unknown[] = [];
  const repairs: string[] = [];
  for (const event of reader.writer.take()) {
    if (event.type === 'text-delta') streamedJson += event.text;
    if (event.type === 'args-delta') streamedJson += event.json;
    if (event.type === 'warning' && event.warning.action === 'repaired') repairs.push(event.warning.what);
    if (event.type === 'part-end' && event.part.type === 'tool-call') parts.push(event.part.args);
    if (event.type === 'part-end' && event.part.type === 'text') parts.push(JSON.parse(event.part.text));
  }
  return [JSON.parse(streamedJson), parts, repairs];
}

const chunk = (delta: object): string => JSON.stringify({ choices: [{ delta }] });
const END = JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }] });
const call = (json: string): object => ({
  index: 0,
  id: 'c1',
  function: { name: 'weather', arguments: json },
});

it.each<[string, (reader: ChatReader) => void]>([
  [
    'a call in fragments',
    (reader) => {
      reader.readMessage(chunk({ tool_calls: [call('')] }), undefined);
      for (const json of fragments)
        reader.readMessage(chunk({ tool_calls: [{ index: 0, function: { arguments: json } }] }), undefined);
      reader.readMessage(END, undefined);
      reader.end();
    },
  ],
  [
    'a complete call',
    (reader) => {
      reader.readBody({
        choices: [{ message: { tool_calls: [call(JSON_TEXT)] }, finish_reason: 'tool_calls' }],
      });
    },
  ],
  [
    'text in fragments',
    (reader) => {
      for (const content of fragments) reader.readMessage(chunk({ content }), undefined);
      reader.readMessage(END, undefined);
      reader.end();
    },
  ],
])('removes nulls of absent properties from %s over Chat Completions', (_what, play) => {
  const reader = chat();
  play(reader);
  expect(readResult(reader)).toEqual([EXPECTED, [EXPECTED], []]);
});

const event = (type: string, more: object): string => JSON.stringify({ type, output_index: 0, ...more });
const item = (json: string, status = 'completed'): object => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'c1',
  name: 'weather',
  arguments: json,
  status,
});
const message = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content: [{ type: 'output_text', text: JSON_TEXT }],
};
const done = (output: readonly object[]): string =>
  JSON.stringify({ type: 'response.completed', response: { status: 'completed', output } });

it.each<[string, (reader: ResponsesReader) => void]>([
  [
    'a call in fragments',
    (reader) => {
      reader.readMessage(event('response.output_item.added', { item: item('', 'in_progress') }), undefined);
      for (const delta of fragments)
        reader.readMessage(event('response.function_call_arguments.delta', { delta }), undefined);
      reader.readMessage(event('response.output_item.done', { item: item(JSON_TEXT) }), undefined);
      reader.readMessage(done([item(JSON_TEXT)]), undefined);
    },
  ],
  [
    'a call without a final item',
    (reader) => {
      reader.readMessage(event('response.output_item.added', { item: item('', 'in_progress') }), undefined);
      for (const delta of fragments)
        reader.readMessage(event('response.function_call_arguments.delta', { delta }), undefined);
      reader.readMessage(event('response.function_call_arguments.done', { arguments: JSON_TEXT }), undefined);
      reader.readMessage(done([]), undefined);
    },
  ],
  [
    'a complete call',
    (reader) => {
      reader.readBody({ status: 'completed', output: [item(JSON_TEXT)] });
    },
  ],
  [
    'text in fragments',
    (reader) => {
      for (const delta of fragments)
        reader.readMessage(event('response.output_text.delta', { delta }), undefined);
      reader.readMessage(event('response.output_item.done', { item: message }), undefined);
      reader.readMessage(done([message]), undefined);
    },
  ],
  [
    'complete text',
    (reader) => {
      reader.readBody({ status: 'completed', output: [message] });
    },
  ],
])('removes nulls of absent properties from %s over Responses', (_what, play) => {
  const reader = responses();
  play(reader);
  expect(readResult(reader)).toEqual([EXPECTED, [EXPECTED], []]);
});
