import { sniffMediaType } from '@majordomo/core/toolkit';

const UNKNOWN = 'application/octet-stream';
const MAX_NAME = 255;

/** Media types of documents that have no signature, by file extension. Clients often send no type of these documents. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['md', 'text/markdown'],
  ['pdf', 'application/pdf'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['txt', 'text/plain'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
]);

/** Returns the last component of the name of a file without control characters. */
export function nameOf(fileName: string | undefined): string {
  const [last = ''] = (fileName ?? '').split(/[\\/]/).slice(-1);
  // A cut may leave half of a surrogate pair.
  const name = last.slice(0, MAX_NAME).replace(/\p{Cc}|\p{Surrogate}/gu, '');
  return ['', '.', '..'].includes(name) ? 'unnamed' : name;
}

/** Returns the media type of a file. A client that does not know the type sends `application/octet-stream`. */
export function typeOf(mediaType: string | undefined, name: string, first: Uint8Array): string {
  if (mediaType !== undefined && mediaType !== UNKNOWN) return mediaType;
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return sniffMediaType(first) ?? TYPES.get(extension) ?? UNKNOWN;
}
