import type {
  DocumentBlockParam,
  SearchResultBlockParam,
  TextBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { paragraphsOf } from '@majordomo/claude';
import { LlmError, type FilePart } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';

/** Converts a document, or a text with a source to a search result. */
export function documentBlock(file: FilePart): DocumentBlockParam | SearchResultBlockParam {
  const { mediaType, bytes, name, title = name, context, source: place } = file;
  const citations = file.citations === true ? { citations: { enabled: true } } : undefined;
  const isText = mediaType.startsWith('text/');
  if (place !== undefined && isText) {
    const found = { title: title ?? place, source: place, content: paragraphsOf(file).map(textBlock) };
    return { type: 'search_result', ...found, ...citations };
  }
  const described = {
    ...(title !== undefined && { title }),
    ...(context !== undefined && { context }),
    ...citations,
  };
  if (file.file !== undefined) {
    // `source` has a type for files since 1.13 of the SDK.
    const source = { type: 'file', file_id: file.file.id } as unknown as DocumentBlockParam['source'];
    return { type: 'document', source, ...described };
  }
  if (mediaType === 'application/pdf') {
    const source = { type: 'base64', media_type: mediaType, data: toBase64(bytes) } as const;
    return { type: 'document', source, ...described };
  }
  if (isText) {
    const source = { type: 'text', media_type: 'text/plain', data: new TextDecoder().decode(bytes) } as const;
    return { type: 'document', source, ...described };
  }
  throw new LlmError('unsupported', `this API does not accept files of type "${mediaType}"; use PDF or text`);
}

const textBlock = (text: string): TextBlockParam => ({ type: 'text', text });
