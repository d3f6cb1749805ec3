import { isRecord } from '@majordomo/core/toolkit';
import { isBase64 } from '../base64.ts';
import { isString, type Report } from '../shape.ts';
import type { ChatDialect } from './dialect.ts';

const IMAGE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Checks in which messages images occur, and the formats of the images. */
export function checkContent(body: unknown, report: Report, { toolImages = false }: ChatDialect): void {
  const messages = isRecord(body) && Array.isArray(body['messages']) ? body['messages'] : [];
  messages.forEach((message: unknown, index) => {
    if (!isRecord(message) || !Array.isArray(message['content'])) return;
    const isTool = message['role'] === 'tool';
    message['content'].forEach((part: unknown, at) => {
      if (!isRecord(part)) return;
      const path = `messages[${index}].content[${at}]`;
      if (isTool && part['type'] !== 'text' && !(toolImages && part['type'] === 'image_url')) {
        report('tool-content', path, 'a tool message must contain only text');
      } else if (part['type'] === 'image_url') checkImage(part['image_url'], path, report);
    });
  });
}

function checkImage(image: unknown, path: string, report: Report): void {
  const url = isRecord(image) ? image['url'] : undefined;
  if (!isString(url) || /^https?:\/\//.test(url)) return;
  const [, mediaType, data] = /^data:([^;,]*);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) {
    report('image-source', `${path}.image_url.url`, 'must be an http(s) URL or a base64 data URL');
  } else if (!IMAGE_TYPES.includes(mediaType)) {
    report('image-type', `${path}.image_url.url`, `"${mediaType}" is not one of ${IMAGE_TYPES.join(', ')}`);
  } else if (data === '' || !isBase64(data)) {
    report('image-source', `${path}.image_url.url`, 'is not valid base64');
  }
}
