import type { Message, Part } from '@a2a-js/sdk';
import { ContentTypeNotSupportedError, RequestMalformedError } from '@a2a-js/sdk/errors';
import type { UserMessage } from '@majordomo/core';
import { sniffMediaType } from '@majordomo/core/toolkit';

type InputPart = UserMessage['parts'][number];

/** Maximum number of characters of the id of a task or a conversation. */
const MAX_ID = 200;

/** Media types of answers, as clients name them. */
const ANSWER_MODES: ReadonlySet<string> = new Set(['text/plain', 'text', 'text/*', '*/*']);

/**
 * Returns the content of a message for the model. Throws an error of the protocol for a message without content, and for content
 * that a model cannot receive.
 */
export function inputOf({ parts }: Message): UserMessage['parts'] {
  const input = parts.map(inputPart);
  if (input.length === 0) throw new RequestMalformedError('message.parts must contain at least one part');
  return input;
}

/** Whether a store accepts the id of a task or a conversation as a part of a key. */
export const isStorableId = (id: string): boolean => id.length <= MAX_ID && !/\p{Surrogate}/u.test(id);

/** Throws for an id of a conversation that a store may not accept. */
export function checkContextId(contextId: string): void {
  if (!isStorableId(contextId))
    throw new RequestMalformedError(`message.contextId must be Unicode text of at most ${MAX_ID} characters`);
}

/** Throws if the client accepts no text. */
export function checkOutputModes(modes: readonly string[] = []): void {
  if (modes.length === 0 || modes.some((mode) => ANSWER_MODES.has(mode))) return;
  throw new ContentTypeNotSupportedError('acceptedOutputModes must contain text/plain');
}

function inputPart({ content, mediaType, filename }: Part): InputPart {
  switch (content?.$case) {
    case 'text':
      return { type: 'text', text: content.value };
    case 'data':
      return { type: 'text', text: JSON.stringify(content.value) };
    case 'raw':
      return filePart(new Uint8Array(content.value), mediaType, filename);
    case 'url':
      throw new ContentTypeNotSupportedError('files by url are not supported; send their bytes as `raw`');
    case undefined:
      throw new RequestMalformedError('each part of a message must have text, raw, or data');
    default:
      return content satisfies never;
  }
}

/** Returns a file. An image has the media type that its first bytes indicate, because vendors reject an image with a wrong type. */
function filePart(bytes: Uint8Array, declared: string, filename: string): InputPart {
  const mediaType = sniffMediaType(bytes) ?? declared;
  if (mediaType === '') throw new ContentTypeNotSupportedError('a file must have a mediaType');
  if (mediaType.startsWith('image/')) return { type: 'image', mediaType, bytes };
  return { type: 'file', mediaType, bytes, name: filename === '' ? undefined : filename };
}
