import type { Citation, JsonObject } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/**
 * What a text of this wire cites: a page that was searched, a search result of the client's, or a document of the request. The
 * characters, pages and blocks that it names are those of the source.
 */
export function citationOf(raw: unknown): Citation | undefined {
  const { cited_text: quote, title, document_title: name, url, source, ...told } = asRecord(raw);
  const isPage = typeof source === 'string' && /^https?:/.test(source);
  const document = told['document_index'] ?? told['file_id'] ?? (isPage ? undefined : source);
  const page = url ?? (isPage ? source : undefined);
  const known = title ?? name;
  if (typeof page !== 'string' && typeof document !== 'string' && typeof document !== 'number')
    return undefined;
  return {
    ...(typeof page === 'string' && { url: page }),
    ...((typeof document === 'string' || typeof document === 'number') && { document }),
    ...(typeof known === 'string' && { title: known }),
    ...(typeof quote === 'string' && quote !== '' && { quote }),
  };
}

/**
 * Citations of searched pages go back: without those of its earlier answers the model stops citing (vercel/ai#17379, 2026-07).
 * Those of documents need not.
 */
export const goesBack = (raw: unknown): raw is JsonObject =>
  typeof asRecord(raw)['encrypted_index'] === 'string';
