import { expect, it } from 'vitest';
import type { AssistantPart, TurnMessage } from '../types/messages.ts';
import { dropForeignReplay } from '../prepare/replay.ts';
import { fitVendorCalls } from '../prepare/vendor-calls.ts';
import { Accumulator, responseEvents } from './accumulator.ts';
import { eventOrderError, finishError } from './events.ts';

const replay = { family: 'f', data: null };
const bytes = new Uint8Array([1]);
const image: AssistantPart = { type: 'image', mediaType: 'image/png', bytes, replay };
const audio: AssistantPart = { type: 'audio', mediaType: 'audio/wav', bytes, replay };
const waiting: AssistantPart = {
  type: 'vendor-call',
  id: 'c',
  kind: 'computer',
  name: 'computer_call',
  args: {},
  replay,
};
const search: AssistantPart = { type: 'vendor', kind: 'search', replay };
const blank: AssistantPart = { type: 'text', text: ' ' };

it.each([
  ['an image', image, false],
  ['audio', audio, false],
  ['a call that waits for the client', waiting, false],
  ['a search', search, true],
  ['blank text', blank, true],
])('an answer of only %s is empty: %#', (_what, part, isEmpty) => {
  expect(finishError('a/m', [part], 'stop') !== undefined).toBe(isEmpty);
});

it('an image and audio have only a part-end, and an image is content', () => {
  const answer = new Accumulator('a/m');
  answer.push({ type: 'start', target: 'a/m', id: 'r' });
  expect(answer.push({ type: 'part-end', index: 0, part: image })).toBe('content');
  expect(answer.push({ type: 'part-end', index: 1, part: search })).toBe('progress');
  answer.push({ type: 'part-end', index: 2, part: audio });
  answer.push({ type: 'finish', target: 'a/m', reason: 'stop', raw: undefined, usage: undefined });
  const response = answer.result({ spec: 'a/m', attempts: [] });
  expect(response.parts).toEqual([image, search, audio]);
  const events = responseEvents(response);
  expect(events.filter(({ type }) => type === 'part-end')).toHaveLength(3);
  expect(eventOrderError(events)).toBeUndefined();
});

it('generated media are sent to the model that generated them, and removed for others with a warning', () => {
  const messages: TurnMessage[] = [{ role: 'assistant', parts: [{ type: 'text', text: 'x' }, image, audio] }];
  expect(dropForeignReplay(messages, ['f'], 'a/m')).toEqual({ messages, warnings: [] });
  const { messages: sent, warnings } = dropForeignReplay(messages, ['g'], 'b/m');
  expect(sent).toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'x' }] }]);
  expect(warnings).toEqual([
    {
      action: 'dropped',
      what: 'generated images and audio',
      why: 'b/m does not accept them in a turn of the model',
    },
  ]);
});

it('a call that waits for the client is sent as text without a result, and a warning reports it', () => {
  const messages: TurnMessage[] = [
    { role: 'assistant', parts: [{ type: 'text', text: 'x' }, waiting, search] },
  ];
  const { messages: sent, warnings } = fitVendorCalls(messages, ['f'], 'a/m');
  const text = { type: 'text', text: '[computer_call {}]' };
  expect(sent).toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'x' }, text, search] }]);
  expect(warnings).toMatchObject([{ action: 'coerced', what: 'calls that wait for the client' }]);
});
