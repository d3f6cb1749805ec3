import type { ToolResultPart } from '@majordomo/core';
import { fromBase64, sniffMediaType } from '@majordomo/core/toolkit';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';

type Content = ToolResultPart['content'][number];

const PDF = 'application/pdf';
/** Maximum number of images and documents in a result. Their sizes are limited by the media limits of the target. */
const MAX_MEDIA = 20;

/** Returns a result as parts for a model. Replaces content that a model cannot receive with a text description. */
export function contentOf({ content = [], structuredContent }: Partial<CallToolResult>): readonly Content[] {
  const parts = content.map(partOf);
  if (parts.length > 0) return limitMedia(parts);
  return [text(structuredContent === undefined ? 'done' : JSON.stringify(structuredContent))];
}

/** Returns only the text of a result, with a line for each part. */
export const textOf = (result: Partial<CallToolResult>): string =>
  contentOf(result)
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n');

/** Returns a result as text. An image or document is replaced with its media type and size. */
export const describe = (result: Partial<CallToolResult>): string =>
  contentOf(result)
    .map((part) =>
      part.type === 'text' ? part.text : `[${part.mediaType}, ${part.bytes.length} bytes, omitted]`,
    )
    .join('\n');

function partOf(block: ContentBlock): Content {
  switch (block.type) {
    case 'text':
      return text(block.text);
    case 'image':
      return imageOf(block.data, block.mimeType) ?? text(`[invalid image of type ${block.mimeType}]`);
    case 'audio':
      return audioOf(block.data, block.mimeType) ?? text(`[invalid audio of type ${block.mimeType}]`);
    case 'resource_link':
      return text(`[link ${block.uri}${block.name === '' ? '' : ` "${block.name}"`}]`);
    case 'resource':
      return resourceContent(block.resource);
    default:
      block satisfies never;
      return text(`[content of unknown type ${String((block as { type?: unknown }).type)}]`);
  }
}

/** Returns the content of a resource. */
export function resourceContent(resource: Extract<ContentBlock, { type: 'resource' }>['resource']): Content {
  if ('text' in resource) return text(resource.text);
  const { blob, mimeType = 'application/octet-stream', uri } = resource;
  return (
    imageOf(blob, mimeType) ?? pdfOf(blob, uri) ?? text(`[${mimeType} ${uri}, ${bytesIn(blob)}, omitted]`)
  );
}

/** Returns an image with the media type that its first bytes indicate, because vendors reject an image with a wrong type. */
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

/** Returns a PDF as a document. If the target does not accept documents in results, core replaces it with an error message. */
function pdfOf(data: string, uri: string): Content | undefined {
  try {
    const bytes = fromBase64(data);
    if (sniffMediaType(bytes) !== PDF) return undefined;
    return { type: 'file', mediaType: PDF, bytes, name: /[^/]+$/.exec(uri)?.[0] };
  } catch {
    return undefined;
  }
}

/** Returns audio as a document. If the target does not accept audio in results, core replaces it with an error message. */
function audioOf(data: string, mediaType: string): Content | undefined {
  if (!/^audio\//.test(mediaType)) return undefined;
  try {
    return { type: 'file', mediaType, bytes: fromBase64(data) };
  } catch {
    return undefined;
  }
}

function limitMedia(parts: readonly Content[]): readonly Content[] {
  const media = parts.filter(({ type }) => type !== 'text');
  if (media.length <= MAX_MEDIA) return parts;
  const included = new Set(media.slice(0, MAX_MEDIA));
  const leftOut = media.length - MAX_MEDIA;
  return [
    ...parts.filter((part) => part.type === 'text' || included.has(part)),
    text(`[truncated: the result had ${media.length} images and documents; ${leftOut} were omitted]`),
  ];
}

const bytesIn = (base64: string): string => `${Math.floor((base64.length * 3) / 4)} bytes`;

const text = (value: string): Content => ({ type: 'text', text: value });
