import { assistant, image, user, type Message } from '@majordomo/core';
import { expect, it } from 'vitest';
import {
  ACKNOWLEDGMENT,
  isAcknowledgment,
  summaryMessage,
  summaryOf,
  withoutFrame,
} from './summary-message.ts';

const text = (message: Message): string => {
  const [part] = message.parts;
  return part?.type === 'text' ? part.text : expect.unreachable();
};
const frame = text(summaryMessage('S'));

it('contains the summary between two tags, after a header', () => {
  const { role, parts } = summaryMessage('S');
  expect([role, parts.length]).toEqual(['user', 1]);
  const lines = frame.split('\n');
  expect([lines[0], ...lines.slice(2)]).toEqual([
    '<summary-of-earlier-conversation>',
    '',
    'S',
    '</summary-of-earlier-conversation>',
  ]);
  expect(lines[1]).toMatch(/^For reference: .*\.$/);
});

it('does not contain the frame of a summary twice', () => {
  expect(summaryMessage(frame)).toEqual(summaryMessage('S'));
  expect(withoutFrame(` ${frame} `)).toBe('S');
});

it.each<[string, Message | undefined, string | undefined]>([
  ['a summary', summaryMessage('S'), 'S'],
  ['no message', undefined, undefined],
  ['another message', user('S'), undefined],
  ['a turn of the model', assistant(frame), undefined],
  ['a message with another part', user(frame, image(new Uint8Array([1]))), undefined],
  ['a message that begins with an image', user(image(new Uint8Array([1]))), undefined],
  ['a summary within other text', user(`x${frame}`), undefined],
  ['a summary before other text', user(`${frame}x`), undefined],
])('reads the summary of %s', (_name, message, summary) => {
  expect(summaryOf(message)).toBe(summary);
});

it.each<[string, Message, boolean]>([
  ['an acknowledgment', structuredClone(ACKNOWLEDGMENT), true],
  ['the same text of the user', user('OK.'), false],
  ['another text', assistant('OK'), false],
  ['a turn without parts', assistant([]), false],
  ['a turn with another part', assistant([...ACKNOWLEDGMENT.parts, { type: 'text', text: 'x' }]), false],
  ['a turn with reasoning', assistant([{ type: 'reasoning', text: 'OK.' }]), false],
])('recognizes %s', (_name, message, expected) => {
  expect(isAcknowledgment(message)).toBe(expected);
});
