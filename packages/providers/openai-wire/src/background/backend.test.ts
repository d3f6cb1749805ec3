import { expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { backgroundBackend } from './backend.ts';

const { readEvent } = backgroundBackend('responses', {} as Connection, undefined);

it.each([
  [
    'the first event, which repeats the metadata',
    { type: 'response.created', metadata: { type: 'error' } },
    false,
  ],
  [
    'an item that contains an error',
    { type: 'response.output_item.done', item: { error: { type: 'error' } } },
    false,
  ],
  ['a text that contains JSON', { type: 'response.output_text.delta', delta: '{"type":"error"}' }, false],
  ['a completed response', { type: 'response.completed', response: {} }, true],
  ['an error', { type: 'error', message: 'sorry' }, true],
])('an event of a background response: %s', (_, event, isLast) => {
  const data = JSON.stringify({ ...event, sequence_number: 7 });
  expect(readEvent?.(data)).toEqual({ cursor: '7', isLast });
});
