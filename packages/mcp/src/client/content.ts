import type { ToolResultPart } from '@majordomo/core';
import { fromBase64, sniffMediaType } from '@majordomo/core/toolkit';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';

type Content = ToolResultPart['content'][number];

/** Maximum images of one result. The media limits of each target bound their size. */
const MAX_IMAGES = 20;

/** Returns a result as parts for a model. Content that a model cannot see is described as text. */
export function contentOf({ content = [], structuredContent }: Partial<CallToolResult>): readonly Content[] {
  const parts = content.map(partOf);
  if (parts.length > 0) return limitImages(parts);
  return [text(structuredContent === undefined ? 'done' : JSON.stringify(structuredContent))];
}

/** Returns all text of a result. */
export const textOf = (result: Partial<CallToolResult>): string =>
  contentOf(result)
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n');

function partOf(block: ContentBlock): Content {
  switch (block.type) {
    case 'text':
      return text(block.text);
    case 'image':
      return imageOf(block.data, block.mimeType) ?? text(`[image ${block.mimeType}, which is not valid]`);
    case 'audio':
      return text(`[audio ${block.mimeType}, ${bytesIn(block.data)}, which is not shown]`);
    case 'resource_link':
      return text(`[link ${block.uri}${block.name === '' ? '' : ` "${block.name}"`}]`);
    case 'resource':
      return resourceOf(block.resource);
    default:
      block satisfies never;
      return text(`[content of the unknown type ${String((block as { type?: unknown }).type)}]`);
  }
}

function resourceOf(resource: Extract<ContentBlock, { type: 'resource' }>['resource']): Content {
  if ('text' in resource) return text(resource.text);
  const { blob, mimeType = 'application/octet-stream', uri } = resource;
  return imageOf(blob, mimeType) ?? text(`[${mimeType} ${uri}, ${bytesIn(blob)}, which is not shown]`);
}

/** The first bytes decide the media type, since a vendor would reject a conversation with an invalid image. */
function imageOf(data: string, declared: string): Content | undefined {
  if (!/^image\//.test(declared)) return undefined;
  try {
    const bytes = fromBase64(data);
    const mediaType = sniffMediaType(bytes);
    return mediaType?.startsWith('image/') === true ? { type: 'image', mediaType, bytes } : undefined;
  } catch {
    return undefined;
  }
}

function limitImages(parts: readonly Content[]): readonly Content[] {
  const images = parts.filter(({ type }) => type === 'image');
  if (images.length <= MAX_IMAGES) return parts;
  const kept = new Set(images.slice(0, MAX_IMAGES));
  const leftOut = images.length - MAX_IMAGES;
  return [
    ...parts.filter((part) => part.type !== 'image' || kept.has(part)),
    text(`[cut: the result had ${images.length} images, ${leftOut} are left out]`),
  ];
}

const bytesIn = (base64: string): string => `${Math.floor((base64.length * 3) / 4)} bytes`;

const text = (words: string): Content => ({ type: 'text', text: words });
