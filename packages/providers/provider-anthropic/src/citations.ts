import type { Citation, JsonObject } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { otherMembers, toCitation } from '@majordomo/wire-kit/internal';

/**
 * Members of a citation that its properties represent. `encrypted_index` is sent back. `file_id` is in `other`, because `document`
 * is the index of the document if the citation has one.
 */
const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'cited_text',
  'document_index',
  'document_title',
  'title',
  'url',
  'source',
  'encrypted_index',
]);

/**
 * Converts a citation of a web page, of a search result from the client, or of a document in the request. `other` contains the position
 * of the cited text within the source.
 */
export function citationOf(raw: unknown): Citation | undefined {
  const { cited_text: quote, title, document_title: name, url, source, ...rest } = asRecord(raw);
  const isPage = typeof source === 'string' && /^https?:/.test(source);
  const document = rest['document_index'] ?? rest['file_id'] ?? (isPage ? undefined : source);
  return toCitation({
    url: url ?? (isPage ? source : undefined),
    document,
    title: title ?? name,
    quote,
    other: otherMembers(asRecord(raw), KNOWN),
  });
}

/**
 * Whether a citation must be sent back. If citations of web pages are missing, the model stops citing (vercel/ai#17379, 2026-07).
 * Citations of documents can be omitted.
 */
export const isReplayed = (raw: unknown): raw is JsonObject =>
  typeof asRecord(raw)['encrypted_index'] === 'string';
