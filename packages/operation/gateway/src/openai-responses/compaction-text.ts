import { fromBase64, toBase64 } from '@majordomo/core/toolkit';
import { invalid, type Fields } from '../parsing/fields.ts';
import type { Json } from '../response-store.ts';
import type { ResponseIds } from './response-ids.ts';

/** Prefix of the content of compaction items. */
const MARK = 'majordomo.compaction.1.';
/**
 * Maximum length of the content of a compaction item, in characters. It exceeds twice the length of the longest summary: 8,320 tokens of at
 * most 10 bytes have about 111,000 characters in base64.
 */
const MAX_LENGTH = 262_144;

/** Returns the item that contains the text of a summary. */
export const compactionItem = (text: string, ids: ResponseIds): Json => ({
  type: 'compaction',
  id: ids.item('cmp_'),
  encrypted_content: MARK + toBase64(new TextEncoder().encode(text)),
});

/** Returns the text of a compaction item. Refuses an item of another server, because only that server can read its content. */
export function compactionText(item: Fields): string {
  const path = item.pathOf('encrypted_content');
  const content = item.value['encrypted_content'];
  if (typeof content !== 'string' || !content.startsWith(MARK))
    return invalid(path, 'must be that of an item which /v1/responses/compact of this gateway returned');
  if (content.length > MAX_LENGTH) invalid(path, `must have at most ${MAX_LENGTH} characters`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(content.slice(MARK.length)));
  } catch {
    return invalid(path, 'is damaged; send the item as /v1/responses/compact returned it');
  }
}
