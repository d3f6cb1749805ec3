import { LlmError } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reader, stop } from './reading.ts';

const hostile = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -1, '', 'a', [], {}),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.constantFrom(
      'id',
      'choices',
      'delta',
      'message',
      'index',
      'finish_reason',
      'content',
      'reasoning',
      'reasoning_details',
      'tool_calls',
      'function',
      'name',
      'arguments',
      'usage',
      'x_v',
      'text',
      'type',
    ),
    tie('value'),
    { maxKeys: 5 },
  ),
}));

it('emits events in order and fails with LlmErrors for any messages', () => {
  const message = fc.oneof(
    hostile.object,
    hostile.object.map((inner) => ({ choices: [{ delta: inner }] })),
    hostile.value.map((inner) => ({ choices: [{ delta: { tool_calls: [{ function: inner }] } }] })),
    fc.constant(stop),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
      const read = reader();
      try {
        for (const each of messages) read.readMessage(JSON.stringify(each), undefined);
        read.end();
      } catch (error) {
        if (!LlmError.is(error)) throw error;
      }
      const order = eventOrderError(read.writer.take());
      expect(read.done ? order : 'no finish').toBe(read.done ? undefined : 'no finish');
    }),
    { numRuns: process.env['SOAK'] === undefined ? 300 : 3000, seed: 20_261_120 },
  );
});
