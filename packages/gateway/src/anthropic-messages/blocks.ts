import type { AssistantPart, FilePart, ImagePart, JsonObject, TextPart, UserPart } from '@majordomo/core';
import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import { jsonObject } from '../parsing/json-object.ts';
import { imageOf, mediaPart, urlPart, type Media } from '../parsing/media.ts';
import {
  required,
  array,
  optional,
  nonEmptyString,
  oneOf,
  pathOf,
  object,
  string,
  invalid,
  type Fields,
  type Parser,
} from '../parsing/fields.ts';
import { isOurs, tokenOf } from '../parsing/replay-token.ts';
import { textPart } from '../parsing/transcript.ts';

/** Text alone: of the system, and of documents that are given as content. */
export const texts: Parser<string> = (value, path) =>
  typeof value === 'string'
    ? string(value, path)
    : array(object)(value, path)
        .map((block) => {
          required(block, 'type', oneOf('text'));
          return required(block, 'text', string);
        })
        .join('\n\n');

/** Converts a block of the user's turn other than a tool result. */
export function userPart(block: Fields, media: Media): readonly UserPart[] {
  switch (required(block, 'type', oneOf('text', 'image', 'document', 'search_result'))) {
    case 'text':
      return textPart(required(block, 'text', string));
    case 'image':
      return [imageOf(sourcePart(required(block, 'source', object), media), pathOf(block, 'source'))];
    case 'document':
      return [documentPart(block, media)];
    case 'search_result':
      return textPart(searchResult(block));
  }
}

/** Returns a parser for the content of a tool result: text and images, and documents as text. */
export const resultParts =
  (media: Media): Parser<readonly (TextPart | ImagePart)[]> =>
  (value, path) =>
    typeof value === 'string'
      ? textPart(string(value, path))
      : array(object)(value, path).flatMap((block) =>
          userPart(block, media).map((part) =>
            part.type === 'file' || part.type === 'audio'
              ? invalid(block.path, 'a result of a tool holds text and images')
              : part,
          ),
        );

function sourcePart(source: Fields, media: Media, fileName?: string): ImagePart | FilePart {
  switch (required(source, 'type', oneOf('base64', 'url', 'file'))) {
    case 'base64':
      return mediaPart(
        required(source, 'data', string),
        required(source, 'media_type', nonEmptyString),
        pathOf(source, 'data'),
        fileName,
      );
    case 'url':
      return urlPart(required(source, 'url', nonEmptyString), pathOf(source, 'url'), media, fileName);
    case 'file':
      return invalid(pathOf(source, 'type'), '"file" is not taken: this gateway keeps no files');
  }
}

function documentPart(block: Fields, media: Media): UserPart {
  const title = optional(block, 'title', string);
  const source = required(block, 'source', object);
  const type = source.value['type'];
  if (type === 'text') return { type: 'text', text: titled(title, required(source, 'data', string)) };
  if (type === 'content') return { type: 'text', text: titled(title, required(source, 'content', texts)) };
  return sourcePart(source, media, title);
}

const searchResult = (block: Fields): string =>
  titled(
    `${required(block, 'title', string)} (${required(block, 'source', string)})`,
    required(block, 'content', texts),
  );

const titled = (title: string | undefined, body: string): string =>
  title === undefined ? body : `${title}\n\n${body}`;

/** A block of the assistant's turn. */
export function assistantPart(block: Fields): readonly AssistantPart[] {
  switch (required(block, 'type', oneOf('text', 'thinking', 'redacted_thinking', 'tool_use'))) {
    case 'text':
      return textPart(required(block, 'text', string));
    case 'thinking':
      return reasoning(required(block, 'thinking', string), optional(block, 'signature', string) ?? '');
    case 'redacted_thinking': {
      const data = required(block, 'data', string);
      return isOurs(data)
        ? reasoning('', data)
        : [{ type: 'reasoning', text: '', replay: { family: CLAUDE_FAMILY, data: { redacted: data } } }];
    }
    case 'tool_use': {
      const args: JsonObject = required(block, 'input', jsonObject);
      return [
        {
          type: 'tool-call',
          id: required(block, 'id', nonEmptyString),
          name: required(block, 'name', nonEmptyString),
          args,
        },
      ];
    }
  }
}

/** Converts reasoning. A provider can only read it with its token. */
function reasoning(thought: string, token: string): readonly AssistantPart[] {
  const replay = tokenOf(token);
  return replay === undefined ? [] : [{ type: 'reasoning', text: thought, replay }];
}
