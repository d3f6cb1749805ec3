import { expect, it } from 'vitest';
import { object } from '../parsing/fields.ts';
import { compactionItem, compactionText } from './compaction-text.ts';
import { ResponseIds } from './response-ids.ts';

it('a compaction item with the longest summary, of 10 bytes per token, is read again', () => {
  const text = 'я'.repeat((8320 * 10) / 2);
  const item = compactionItem(text, new ResponseIds());
  expect(compactionText(object(item, 'input[0]'))).toBe(text);
});
