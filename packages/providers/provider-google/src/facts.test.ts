import type { ModelEvent } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { expect, it } from 'vitest';
import { inBandError } from './errors.ts';
import { geminiFacts } from './facts.ts';
import { GeminiReader } from './stream.ts';

const body = {
  responseId: 'r1',
  modelVersion: 'gemini-3-pro-002',
  createTime: '2026-11-20T00:00:00Z',
  modelStatus: { modelStage: 'STABLE' },
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, trafficType: 'ON_DEMAND' },
  candidates: [
    {
      content: { parts: [{ text: 'x' }] },
      finishReason: 'STOP',
      avgLogprobs: -0.5,
      safetyRatings: [{ category: 'c', probability: 'LOW' }],
      groundingMetadata: { groundingChunks: [], searchEntryPoint: { renderedContent: '<p>' } },
    },
  ],
};

it('reads the model and the facts of a response, streamed or not', () => {
  for (const isStreamed of [true, false]) {
    const reader = new GeminiReader({
      writer: new EventWriter('google/m', { collects: true }),
      family: 'f',
      toLlmError: (error) => inBandError(error, { target: 'google/m', secrets: [] }),
    });
    if (isStreamed) reader.readMessage(JSON.stringify(body));
    else reader.readBody(body);
    reader.end();
    const finish = reader.writer
      .take()
      .find((event): event is Extract<ModelEvent, { type: 'finish' }> => event.type === 'finish');
    expect(finish?.model).toBe('gemini-3-pro-002');
    expect(geminiFacts({ vendor: finish?.vendor })).toEqual({
      wire: 'gemini-generate',
      id: 'r1',
      serviceTier: 'ON_DEMAND',
      avgLogprobs: -0.5,
      other: {
        modelStatus: { modelStage: 'STABLE' },
        safetyRatings: [{ category: 'c', probability: 'LOW' }],
        groundingMetadata: { searchEntryPoint: { renderedContent: '<p>' } },
      },
    });
  }
});
