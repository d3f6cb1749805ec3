import { LlmError, type UserPart } from '@majordomo/core';

/** Function that fetches the content of a URL. */
export type FetchReference = (
  url: string,
) => Promise<{ readonly bytes: Uint8Array; readonly mediaType: string }>;

const TEXT = /^(?:text\/|application\/(?:json|xml|yaml|javascript|[\w.-]+\+(?:json|xml))(?:;|$))/;

/** Fetches a URL with the application's function if one is given, otherwise with `fetchMedia` of `@majordomo/media`. */
export async function fetchReference(
  url: string,
  fetch: FetchReference | undefined,
  signal: AbortSignal | undefined,
): Promise<UserPart> {
  const { bytes, mediaType } = await (fetch ?? guarded(signal))(url);
  if (TEXT.test(mediaType)) return { type: 'text', text: new TextDecoder().decode(bytes) };
  if (mediaType.startsWith('image/')) return { type: 'image', mediaType, bytes };
  return { type: 'file', mediaType, bytes };
}

const guarded =
  (signal: AbortSignal | undefined): FetchReference =>
  async (url) => {
    const { fetchMedia } = await media();
    return fetchMedia(url, { signal, maxBytes: 5 * 2 ** 20 });
  };

async function media(): Promise<Pick<typeof import('@majordomo/media'), 'fetchMedia'>> {
  try {
    return await import('@majordomo/media');
  } catch (cause) {
    throw new LlmError(
      'config',
      '@url: requires @majordomo/media; npm install @majordomo/media, or pass the option `fetch`',
      { path: 'fetch' },
      { cause },
    );
  }
}
