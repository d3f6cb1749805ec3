import type { Message, Part, Task } from '@a2a-js/sdk';
import { truncateText, type ToolResultPart } from '@majordomo/core';
import { sniffMediaType } from '@majordomo/core/toolkit';

type Content = ToolResultPart['content'][number];

/** Maximum number of characters of texts from a remote agent. */
const MAX_CHARS = 100_000;
const MAX_FILES = 20;
/** Maximum number of characters of a link, a file name or a media type. */
const MAX_NAME = 500;

/** Returns the answer of an ended task: its artifacts, otherwise the message of its status. */
export function answerOf({ artifacts, status }: Task): readonly Content[] {
  const groups = artifacts.map(({ parts }) => parts).filter(({ length }) => length > 0);
  return contentOf(groups.length > 0 ? groups : [status?.message?.parts ?? []]);
}

export const messageContent = ({ parts }: Message): readonly Content[] => contentOf([parts]);

/** Returns the text of content for a decision, whose files are replaced with their type and size. */
export const describe = (content: readonly Content[]): string =>
  content
    .map((part) =>
      part.type === 'text' ? part.text : `[${part.mediaType}, ${part.bytes.length} bytes, omitted]`,
    )
    .join('\n');

/** Returns the text of a status message for an error or a question. */
export const statusText = ({ status }: Task): string =>
  describe(contentOf([status?.message?.parts ?? []], 'the agent sent no message'));

/** Returns parts for a model. The text parts of an artifact are the deltas of one text. `empty`: text for no content. */
function contentOf(groups: readonly (readonly Part[])[], empty = 'done'): readonly Content[] {
  const texts = groups.map((parts) => parts.map(textOfPart).join('')).filter((text) => text !== '');
  const files = groups.flat().flatMap((part) => fileOf(part) ?? []);
  const omitted = files.length - MAX_FILES;
  if (omitted > 0) texts.push(`[truncated: ${omitted} files were omitted]`);
  // An answer without content would be an empty result for the model.
  if (texts.length === 0 && files.length === 0) texts.push(empty);
  const text = truncateText(texts.join('\n\n'), MAX_CHARS);
  return [...(text === '' ? [] : [{ type: 'text', text } as const]), ...files.slice(0, MAX_FILES)];
}

function textOfPart(part: Part): string {
  const { content, mediaType, filename } = part;
  switch (content?.$case) {
    case 'text':
      return content.value;
    case 'data':
      return JSON.stringify(content.value);
    case 'url':
      return `[link ${truncateText(content.value, MAX_NAME)}]`;
    case 'raw':
      return fileOf(part) === undefined
        ? `[${truncateText(mediaType, MAX_NAME)} ${truncateText(filename, MAX_NAME)}, ${content.value.length} bytes, omitted]`
        : '';
    case undefined:
      return '';
    default:
      return content satisfies never;
  }
}

/** Returns an image or a PDF. A model receives no other files. */
function fileOf({ content, filename }: Part): Content | undefined {
  if (content?.$case !== 'raw') return undefined;
  const bytes = new Uint8Array(content.value);
  const mediaType = sniffMediaType(bytes);
  if (mediaType?.startsWith('image/') === true) return { type: 'image', mediaType, bytes };
  if (mediaType !== 'application/pdf') return undefined;
  return {
    type: 'file',
    mediaType,
    bytes,
    name: filename === '' ? undefined : truncateText(filename, MAX_NAME),
  };
}
