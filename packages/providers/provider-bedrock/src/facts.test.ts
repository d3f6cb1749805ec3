import type { ModelEvent } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { expect, it } from 'vitest';
import { converseFacts } from './facts.ts';
import { ConverseReader } from './stream.ts';

const trace = { promptRouter: { invokedModelId: 'anthropic.claude-haiku-4-5' } };
const metadata = {
  usage: { inputTokens: 1, outputTokens: 1 },
  serviceTier: { type: 'flex' },
  metrics: { latencyMs: 120 },
  performanceConfig: { latency: 'optimized' },
  trace,
};
const fields = { stop_sequence: 'END' };

it('reads the facts of a response, and the model that a prompt router chose', () => {
  for (const isStreamed of [true, false]) {
    const reader = new ConverseReader({
      writer: new EventWriter('bedrock/m', { collects: true }),
      family: 'f',
      id: 'q1',
    });
    if (isStreamed) {
      reader.readEvent({ messageStart: {} });
      reader.readEvent({ contentBlockDelta: { delta: { text: 'x' }, contentBlockIndex: 0 } });
      reader.readEvent({ messageStop: { stopReason: 'end_turn', additionalModelResponseFields: fields } });
      reader.readEvent({ metadata });
    } else {
      reader.readBody({
        ...metadata,
        output: { message: { content: [{ text: 'x' }] } },
        stopReason: 'end_turn',
        additionalModelResponseFields: fields,
      });
    }
    const finish = reader.writer
      .take()
      .find((event): event is Extract<ModelEvent, { type: 'finish' }> => event.type === 'finish');
    expect(finish?.model).toBe('anthropic.claude-haiku-4-5');
    expect(converseFacts({ vendor: finish?.vendor })).toEqual({
      wire: 'bedrock-converse',
      id: 'q1',
      requestId: 'q1',
      serviceTier: 'flex',
      latencyMs: 120,
      additionalFields: fields,
      trace,
      other: { performanceConfig: { latency: 'optimized' } },
    });
  }
});
