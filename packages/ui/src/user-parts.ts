import { audio, file, image, type UserPart } from '@majordomo/core';
import { fromBase64 } from '@majordomo/core/toolkit';
import { invalid, optionalText, textAt, type PageMessage, type PagePart } from './page-message.ts';
import type { FromUiOptions } from './types.ts';

/** Returns the parts of a user message. */
export async function readUserParts(
  { parts, path }: PageMessage,
  options: FromUiOptions,
): Promise<readonly UserPart[]> {
  const read: UserPart[] = [];
  for (const part of parts) {
    const result = await readUserPart(part, options);
    if (result !== undefined) read.push(result);
  }
  if (read.length === 0) throw invalid(`${path}.parts`, 'a user message needs text or a file');
  return read;
}

async function readUserPart(part: PagePart, options: FromUiOptions): Promise<UserPart | undefined> {
  const { type, fields, path } = part;
  if (type === 'text') return { type, text: textAt(fields, 'text', path) };
  if (type === 'file') return readFile(part, options);
  if (!type.startsWith('data-'))
    throw invalid(`${path}.type`, `a user message has no part "${type.slice(0, 40)}"`);
  const text = options.data?.({ type, id: optionalText(fields, 'id', path), data: fields['data'] });
  return text === undefined ? undefined : { type: 'text', text };
}

async function readFile({ fields, path }: PagePart, { file: load }: FromUiOptions): Promise<UserPart> {
  const url = textAt(fields, 'url', path);
  const mediaType = textAt(fields, 'mediaType', path);
  const filename = optionalText(fields, 'filename', path);
  const bytes = /^data:/i.test(url) ? dataOf(url, `${path}.url`) : await load?.({ url, mediaType, filename });
  if (bytes === undefined)
    throw invalid(`${path}.url`, 'expected a data: URL; pass `file` to load other addresses');
  if (mediaType.startsWith('image/')) return image(bytes, mediaType);
  return mediaType.startsWith('audio/') ? audio(bytes, mediaType) : file(bytes, mediaType, filename);
}

function dataOf(url: string, path: string): Uint8Array {
  const comma = url.indexOf(',');
  const data = url.slice(comma + 1);
  try {
    if (comma === -1) throw new TypeError('the data: URL has no comma');
    if (/;\s*base64\s*$/i.test(url.slice(0, comma))) return fromBase64(data);
    return new TextEncoder().encode(decodeURIComponent(data));
  } catch {
    throw invalid(path, 'the data: URL is invalid; expected a comma and then base64 or percent-encoded text');
  }
}
