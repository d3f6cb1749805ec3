import { dataUrl } from './members.ts';
import { isString, type Report } from './shape.ts';

/** Whether the string is valid base64. Node's decoder ignores invalid characters, so the decoded bytes are encoded again. */
export const isBase64 = (data: string): boolean =>
  data.length % 4 === 0 && Buffer.from(data, 'base64').toString('base64') === data;

/** Media types of images that OpenAI and Anthropic accept. */
export const IMAGE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Checks an image that is an http(s) URL or a base64 data URL, as OpenAI does. */
export function checkImageUrl(url: unknown, path: string, report: Report): void {
  if (!isString(url) || /^https?:\/\//.test(url)) return;
  const { mediaType = '', data = '' } = dataUrl(url) ?? {};
  if (data === '' || !isBase64(data))
    report('image-source', path, 'must be an http(s) URL or a base64 data URL');
  else if (!IMAGE_TYPES.includes(mediaType))
    report('image-type', path, `"${mediaType}" is not one of ${IMAGE_TYPES.join(', ')}`);
}
