import type { AssistantPart, UserPart } from '@majordomo/core';
import { asRecord, CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import { joinedText, reasoningPart, textPart } from '../parsing/content.ts';
import { imageOf, mediaPart, urlPart, type Media, type NamedPart } from '../parsing/media.ts';
import {
  nonEmptyString,
  oneOf,
  object,
  string,
  type Fields,
  type Parser,
  jsonObject,
} from '../parsing/fields.ts';
import type { Notes } from '../parsing/notes.ts';
import { isGatewayToken } from '../parsing/replay-token.ts';

/** Members of blocks that `parseMessages` reads after all blocks are converted, so they need no warning here. */
const READ_LATER = ['cache_control', 'citations'];

/** Returns a parser for the text of a system prompt or document, given as a string or as text blocks. */
export const texts = (notes: Notes): Parser<string> =>
  joinedText({ types: ['text'], known: READ_LATER, separator: '\n\n', notes });

/** Converts a block of a user turn, except a tool result, to parts. Adds a warning for each member that `userParts` has not parsed. */
export function userPart(block: Fields, media: Media, notes: Notes): readonly UserPart[] {
  const parts = userParts(block, media, notes);
  notes.unparsedInElement(block, String(block.value['type']), ...READ_LATER);
  return parts;
}

function userParts(block: Fields, media: Media, notes: Notes): readonly UserPart[] {
  switch (block.required('type', oneOf('text', 'image', 'document', 'search_result'))) {
    case 'text':
      return textPart(block.required('text', string));
    case 'image':
      return [imageOf(sourcePart(block.required('source', object), media, notes), block.pathOf('source'))];
    case 'document':
      return [documentPart(block, media, notes)];
    case 'search_result':
      return textPart(searchResult(block, notes));
  }
}

function sourcePart(source: Fields, media: Media, notes: Notes, fileName?: string): NamedPart {
  const part = sourceOf(source, media, fileName);
  notes.unparsedInElement(source, 'source');
  return part;
}

function sourceOf(source: Fields, media: Media, fileName?: string): NamedPart {
  switch (source.required('type', oneOf('base64', 'url', 'file'))) {
    case 'base64':
      return mediaPart(
        source.required('data', string),
        source.required('media_type', nonEmptyString),
        source.pathOf('data'),
        fileName,
      );
    case 'url':
      return urlPart(source.required('url', nonEmptyString), source.pathOf('url'), media, fileName);
    case 'file':
      return titledFile(
        media.byFile(source.required('file_id', nonEmptyString), source.pathOf('file_id')),
        fileName,
      );
  }
}

/** Gives a stored file the title of its document. Images have no names. */
const titledFile = (part: NamedPart, title: string | undefined): NamedPart =>
  part.type === 'blob' && title !== undefined ? { ...part, name: title } : part;

function documentPart(block: Fields, media: Media, notes: Notes): UserPart {
  const title = block.optional('title', string);
  const source = block.required('source', object);
  const type = source.value['type'];
  if (type === 'text') return { type: 'text', text: titled(title, source.required('data', string)) };
  if (type === 'content')
    return { type: 'text', text: titled(title, source.required('content', texts(notes))) };
  return sourcePart(source, media, notes, title);
}

const searchResult = (block: Fields, notes: Notes): string =>
  titled(
    `${block.required('title', string)} (${block.required('source', string)})`,
    block.required('content', texts(notes)),
  );

const titled = (title: string | undefined, body: string): string =>
  title === undefined ? body : `${title}\n\n${body}`;

/** Converts a block of an assistant turn to parts. The gateway's calls are those of the model, so `caller` may name only the model. */
export function assistantPart(block: Fields, notes: Notes): readonly AssistantPart[] {
  const parts = assistantParts(block);
  const isDirect = asRecord(block.value['caller'])['type'] === 'direct';
  const known = [...READ_LATER, ...(isDirect ? ['caller'] : [])];
  notes.unparsedInElement(block, String(block.value['type']), ...known);
  return parts;
}

function assistantParts(block: Fields): readonly AssistantPart[] {
  switch (block.required('type', oneOf('text', 'thinking', 'redacted_thinking', 'tool_use'))) {
    case 'text':
      return textPart(block.required('text', string));
    case 'thinking':
      return reasoningPart(block.required('thinking', string), block.optional('signature', string) ?? '');
    case 'redacted_thinking': {
      const data = block.required('data', string);
      // The gateway sends the tokens of other vendors as redacted data.
      return isGatewayToken(data)
        ? reasoningPart('', data)
        : [{ type: 'reasoning', text: '', replay: { family: CLAUDE_FAMILY, data: { redacted: data } } }];
    }
    case 'tool_use': {
      const id = block.required('id', nonEmptyString);
      const name = block.required('name', nonEmptyString);
      return [{ type: 'tool-call', id, name, args: block.required('input', jsonObject) }];
    }
  }
}
