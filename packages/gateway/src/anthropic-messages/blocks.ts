import type { AssistantPart, FilePart, ImagePart, JsonObject, TextPart, UserPart } from '@majordomo/core';
import { CLAUDE_FAMILY } from '@majordomo/core/provider';
import { jsonObject } from '../reading/json-schema.ts';
import { imageOf, mediaPart, urlPart, type Media } from '../reading/media.ts';
import {
  get,
  list,
  maybe,
  name,
  oneOf,
  placeOf,
  record,
  text,
  wrong,
  type Members,
  type Read,
} from '../reading/read.ts';
import { isOurs, tokenOf } from '../reading/token.ts';
import { textPart } from '../reading/transcript.ts';

/** Text alone: of the system, and of documents that are given as content. */
export const texts: Read<string> = (value, path) =>
  typeof value === 'string'
    ? text(value, path)
    : list(record)(value, path)
        .map((block) => {
          get(block, 'type', oneOf('text'));
          return get(block, 'text', text);
        })
        .join('\n\n');

/** A block of the user's turn that is no result. */
export function userPart(block: Members, media: Media): readonly UserPart[] {
  switch (get(block, 'type', oneOf('text', 'image', 'document', 'search_result'))) {
    case 'text':
      return textPart(get(block, 'text', text));
    case 'image':
      return [imageOf(sourcePart(get(block, 'source', record), media), placeOf(block, 'source'))];
    case 'document':
      return [documentPart(block, media)];
    case 'search_result':
      return textPart(searchResult(block));
  }
}

/** What a tool gave back: text and images, documents as their text. */
export const resultParts =
  (media: Media): Read<readonly (TextPart | ImagePart)[]> =>
  (value, path) =>
    typeof value === 'string'
      ? textPart(text(value, path))
      : list(record)(value, path).flatMap((block) =>
          userPart(block, media).map((part) =>
            part.type === 'file' || part.type === 'audio'
              ? wrong(block.path, 'a result of a tool holds text and images')
              : part,
          ),
        );

function sourcePart(source: Members, media: Media, fileName?: string): ImagePart | FilePart {
  switch (get(source, 'type', oneOf('base64', 'url', 'file'))) {
    case 'base64':
      return mediaPart(
        get(source, 'data', text),
        get(source, 'media_type', name),
        placeOf(source, 'data'),
        fileName,
      );
    case 'url':
      return urlPart(get(source, 'url', name), placeOf(source, 'url'), media, fileName);
    case 'file':
      return wrong(placeOf(source, 'type'), '"file" is not taken: this gateway keeps no files');
  }
}

function documentPart(block: Members, media: Media): UserPart {
  const title = maybe(block, 'title', text);
  const source = get(block, 'source', record);
  const type = source.value['type'];
  if (type === 'text') return { type: 'text', text: titled(title, get(source, 'data', text)) };
  if (type === 'content') return { type: 'text', text: titled(title, get(source, 'content', texts)) };
  return sourcePart(source, media, title);
}

const searchResult = (block: Members): string =>
  titled(`${get(block, 'title', text)} (${get(block, 'source', text)})`, get(block, 'content', texts));

const titled = (title: string | undefined, body: string): string =>
  title === undefined ? body : `${title}\n\n${body}`;

/** A block of the assistant's turn. */
export function assistantPart(block: Members): readonly AssistantPart[] {
  switch (get(block, 'type', oneOf('text', 'thinking', 'redacted_thinking', 'tool_use'))) {
    case 'text':
      return textPart(get(block, 'text', text));
    case 'thinking':
      return reasoning(get(block, 'thinking', text), maybe(block, 'signature', text) ?? '');
    case 'redacted_thinking': {
      const data = get(block, 'data', text);
      return isOurs(data)
        ? reasoning('', data)
        : [{ type: 'reasoning', text: '', replay: { family: CLAUDE_FAMILY, data: { redacted: data } } }];
    }
    case 'tool_use': {
      const args: JsonObject = get(block, 'input', jsonObject);
      return [{ type: 'tool-call', id: get(block, 'id', name), name: get(block, 'name', name), args }];
    }
  }
}

/** Without a token nobody can read it again. */
function reasoning(thought: string, token: string): readonly AssistantPart[] {
  const replay = tokenOf(token);
  return replay === undefined ? [] : [{ type: 'reasoning', text: thought, replay }];
}
