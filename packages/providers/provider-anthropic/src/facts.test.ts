import { LlmError, type ModelEvent } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { expect, it } from 'vitest';
import { messageStart, messageStop, textBlock } from '../test/events.ts';
import { messagesFacts } from './facts.ts';
import { MessagesReader } from './stream.ts';

const newReader = (): MessagesReader =>
  new MessagesReader({
    writer: new EventWriter('a/m', { collects: true }),
    family: 'claude',
    inBandError: (body) => new LlmError('server', JSON.stringify(body)),
  });

const finishOf = ({ writer }: MessagesReader) =>
  writer.take().find((event): event is Extract<ModelEvent, { type: 'finish' }> => event.type === 'finish');

const end = {
  stop_reason: 'stop_sequence',
  stop_sequence: 'END',
  container: { id: 'container_1', expires_at: '2026-12-01T00:00:00Z' },
};
const usage = { input_tokens: 1, output_tokens: 2, service_tier: 'standard' };
const expected = {
  wire: 'anthropic-messages',
  id: 'msg_1',
  serviceTier: 'standard',
  stopSequence: 'END',
  container: { id: 'container_1', expiresAt: '2026-12-01T00:00:00Z' },
  other: { context_management: { applied_edits: [] } },
};

it('reads the model and the facts of a stream', () => {
  const reader = newReader();
  const events = [
    messageStart(usage),
    ...textBlock(0, 'x'),
    {
      type: 'message_delta',
      delta: end,
      usage: { output_tokens: 2 },
      context_management: { applied_edits: [] },
    },
    messageStop,
  ];
  for (const event of events) if (!reader.done) reader.readMessage(JSON.stringify(event));
  const finish = finishOf(reader);
  expect(finish?.model).toBe('claude-test');
  expect(messagesFacts({ vendor: finish?.vendor })).toEqual(expected);
});

it('reads the same facts of a non-streaming message', () => {
  const reader = newReader();
  reader.readBody({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-test',
    usage,
    content: [{ type: 'text', text: 'x' }],
    context_management: { applied_edits: [] },
    ...end,
  });
  const finish = finishOf(reader);
  expect(finish?.model).toBe('claude-test');
  expect(messagesFacts({ vendor: finish?.vendor })).toEqual(expected);
});

it('reports the model to which the vendor fell back', () => {
  const reader = newReader();
  reader.readBody({
    id: 'msg_1',
    type: 'message',
    model: 'claude-a',
    stop_reason: 'end_turn',
    content: [
      { type: 'fallback', from: { model: 'claude-a' }, to: { model: 'claude-b' } },
      { type: 'text', text: 'x' },
    ],
  });
  expect(finishOf(reader)?.model).toBe('claude-b');
});

it('returns no facts of another wire', () => {
  expect(messagesFacts({ vendor: { wire: 'openai-chat' } })).toBeUndefined();
});
