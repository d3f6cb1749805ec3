import type { ModelEvent } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { expect, it } from 'vitest';
import { ollamaFacts } from './facts.ts';
import { ChatReader } from './stream.ts';

it('reads the model, the durations and unknown members of the last line', () => {
  const reader = new ChatReader({
    writer: new EventWriter('ollama/m', { collects: true }),
    family: 'f',
    prompt: () => ({ characters: 0, numCtx: undefined }),
    toLlmError: () => {
      throw new Error('no line holds an error');
    },
  });
  const line = { model: 'qwen3:8b', created_at: 't', message: { role: 'assistant', content: 'x' } };
  reader.readMessage(JSON.stringify({ ...line, done: false }), undefined);
  const durations = {
    total_duration: 5e6,
    load_duration: 1e6,
    prompt_eval_duration: 2e6,
    eval_duration: 3e6,
  };
  const last = { ...line, ...durations, done: true, done_reason: 'stop', remote_model: 'qwen3' };
  reader.readMessage(JSON.stringify(last), undefined);
  const finish = reader.writer
    .take()
    .find((event): event is Extract<ModelEvent, { type: 'finish' }> => event.type === 'finish');
  expect(finish?.model).toBe('qwen3:8b');
  expect(ollamaFacts({ vendor: finish?.vendor })).toEqual({
    wire: 'ollama-chat',
    id: 't',
    totalMs: 5,
    loadMs: 1,
    promptMs: 2,
    generationMs: 3,
    other: { remote_model: 'qwen3' },
  });
});
