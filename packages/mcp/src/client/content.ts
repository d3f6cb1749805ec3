import type { ToolResultPart } from '@majordomo/core';
import { fromBase64, sniffMediaType } from '@majordomo/core/toolkit';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';

type Content = ToolResultPart['content'][number];

/** Of one result: more than many vendors take in a request. How large one may be is for the media limits of each target. */
const MAX_IMAGES = 20;

/** What a server gave back, as the parts that a model can be shown. What it cannot be shown is named in words. */
export function contentOf({ content = [], structuredContent }: Partial<CallToolResult>): readonly Content[] {
  const parts = content.map(partOf);
  if (parts.length > 0) return limitImages(parts);
  return [text(structuredContent === undefined ? 'done' : JSON.stringify(structuredContent))];
}

/** All that it says in words. */
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

/** What an image is its first bytes say: of one that is none a vendor would refuse the whole conversation from then on. */
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
