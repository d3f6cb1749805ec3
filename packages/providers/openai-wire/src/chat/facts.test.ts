import { expect, it } from 'vitest';
import { delta, DONE, readBody, stream } from '../../test/reading.ts';
import { chatFacts } from './facts.ts';

const head = { model: 'gpt-5.4-2026-03-05', system_fingerprint: 'fp_1', created: 1, object: 'x' };
const end = { finish_reason: 'stop', stop_reason: 'END', native_finish_reason: 'eos' };

it('reads the model and the facts of a stream', () => {
  const { events, finish } = stream(
    { ...delta({ content: 'x' }), ...head },
    { id: 'r1', ...head, provider: 'upstream', choices: [{ index: 0, delta: {}, ...end }] },
    { id: 'r1', ...head, choices: [], usage: { prompt_tokens: 1 }, service_tier: 'flex', obfuscation: 'zz' },
    DONE,
  );
  expect(events[0]).toMatchObject({ type: 'start', model: head.model });
  expect(finish).toMatchObject({ model: head.model });
  expect(chatFacts({ vendor: finish?.vendor })).toEqual({
    wire: 'openai-chat',
    id: 'r1',
    serviceTier: 'flex',
    systemFingerprint: 'fp_1',
    stopSequence: 'END',
    other: { provider: 'upstream', choice: { native_finish_reason: 'eos' } },
  });
});

it('reads the same facts of a non-streaming response', () => {
  const message = { role: 'assistant', content: 'x' };
  const { finish } = readBody({ id: 'r1', ...head, provider: 'upstream', choices: [{ message, ...end }] });
  expect(finish).toMatchObject({
    model: head.model,
    vendor: { id: 'r1', systemFingerprint: 'fp_1', stopSequence: 'END', other: { provider: 'upstream' } },
  });
});

it('reports the last model of a stream that names none at first', () => {
  const { finish } = stream(delta({ content: 'x' }), { ...delta({}, 'stop'), model: 'late' }, DONE);
  expect(finish?.model).toBe('late');
});

it('returns no facts of another wire', () => {
  expect(chatFacts({ vendor: { wire: 'openai-responses' } })).toBeUndefined();
  expect(chatFacts({ vendor: undefined })).toBeUndefined();
});
