import { expect, it } from 'vitest';
import { messagesWriter } from './anthropic-messages/writer.ts';
import { chatBody, damagedPlan } from './plan.ts';

const body = chatBody(messagesWriter, 'an answer', { model: 'm', streamsUsage: true, streamed: true });
const first = body.frames[0]?.bytes.length ?? 0;

it.each([
  ['between two events', first, 1],
  ['in the middle of an event', first + 1, 2],
])('an invalid event at a position %s is added, and the others stay complete', (_, bytes, before) => {
  const { frames } = damagedPlan(body, { fault: 'bad-json', at: { bytes } }, messagesWriter);
  const events = body.frames.map((frame) => frame.bytes);
  const invalid = messagesWriter.brokenFrame().bytes;
  expect(frames).toEqual([...events.slice(0, before), invalid, ...events.slice(before)]);
});

it('an error in the body follows a complete event', () => {
  const fault = { fault: 'in-band', failure: { failure: 'server' }, at: { bytes: first + 1 } } as const;
  const { frames } = damagedPlan(body, fault, messagesWriter);
  const events = body.frames.slice(0, 2).map(({ bytes }) => bytes);
  expect(frames).toEqual([...events, messagesWriter.failureFrame(fault.failure).bytes]);
});
