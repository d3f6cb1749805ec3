import type { AssistantPart, ImagePart, TextPart, UserPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/provider';
import { callPart } from '../reading/call.ts';
import { imageOf, mediaPart, urlPart, type Media } from '../reading/media.ts';
import {
  get,
  has,
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
import { tokenOf } from '../reading/token.ts';
import { textPart, Transcript } from '../reading/transcript.ts';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

/** The turns of a Chat Completions request. */
export function chatMessages(body: Members, media: Media): Transcript {
  const transcript = new Transcript();
  const turns = get(body, 'messages', list(record));
  if (turns.length === 0) wrong('messages', 'must not be empty');
  for (const turn of turns) addTurn(turn, transcript, media);
  return transcript;
}

function addTurn(turn: Members, transcript: Transcript, media: Media): void {
  switch (get(turn, 'role', oneOf(...ROLES))) {
    case 'system':
    case 'developer':
      transcript.system(get(turn, 'content', texts));
      break;
    case 'user':
      transcript.user(get(turn, 'content', userParts(media)));
      break;
    case 'assistant':
      transcript.assistant(assistantParts(turn));
      break;
    case 'tool':
      transcript.result(get(turn, 'tool_call_id', name), get(turn, 'content', resultParts(media)));
      break;
  }
}

/** A text, or parts of text. */
const texts: Read<string> = (value, path) =>
  typeof value === 'string'
    ? text(value, path)
    : list(record)(value, path)
        .map((part) => {
          get(part, 'type', oneOf('text'));
          return get(part, 'text', text);
        })
        .join('\n');

const userParts =
  (media: Media): Read<readonly UserPart[]> =>
  (value, path) =>
    typeof value === 'string'
      ? textPart(text(value, path))
      : list(record)(value, path).flatMap((part) => userPart(part, media));

const resultParts =
  (media: Media): Read<readonly (TextPart | ImagePart)[]> =>
  (value, path) =>
    userParts(media)(value, path).map((part, index) =>
      part.type === 'file' || part.type === 'audio' ? imageOf(part, `${path}[${index}]`) : part,
    );

function userPart(part: Members, media: Media): readonly UserPart[] {
  switch (get(part, 'type', oneOf('text', 'image_url', 'file', 'input_audio'))) {
    case 'text':
      return textPart(get(part, 'text', text));
    case 'image_url': {
      const image = get(part, 'image_url', record);
      return [imageOf(urlPart(get(image, 'url', text), placeOf(image, 'url'), media), placeOf(image, 'url'))];
    }
    case 'file':
      return [filePart(get(part, 'file', record), media)];
    case 'input_audio':
      return wrong(placeOf(part, 'type'), 'input_audio is not taken: no chain hears');
  }
}

function filePart(file: Members, media: Media): UserPart {
  if (has(file, 'file_id'))
    wrong(placeOf(file, 'file_id'), 'is not taken: this gateway keeps no files; send file_data');
  const fileName = maybe(file, 'filename', text);
  const data = get(file, 'file_data', text);
  const path = placeOf(file, 'file_data');
  return data.startsWith('data:') || /^https?:/.test(data)
    ? urlPart(data, path, media, fileName)
    : mediaPart(data, 'application/pdf', path, fileName);
}

function assistantParts(turn: Members): readonly AssistantPart[] {
  if (has(turn, 'function_call')) wrong(placeOf(turn, 'function_call'), 'is not taken: use tool_calls');
  const said = maybe(turn, 'content', assistantText) ?? '';
  const refusal = maybe(turn, 'refusal', text) ?? '';
  const calls = maybe(turn, 'tool_calls', list(record)) ?? [];
  return [...reasoning(turn), ...textPart(said + refusal), ...calls.map(toolCall)];
}

const assistantText: Read<string> = (value, path) =>
  typeof value === 'string'
    ? text(value, path)
    : list(record)(value, path)
        .map((part) => get(part, get(part, 'type', oneOf('text', 'refusal')), text))
        .join('');

/** What the gateway wrote beside the text of its answer. Without a token nobody can read it again. */
function reasoning(turn: Members): readonly AssistantPart[] {
  const details = maybe(turn, 'reasoning_details', list(record)) ?? [];
  return details.flatMap((detail): AssistantPart[] => {
    const replay = tokenOf(maybe(detail, 'signature', text) ?? '');
    return replay === undefined
      ? []
      : [{ type: 'reasoning', text: maybe(detail, 'text', text) ?? '', replay }];
  });
}

function toolCall(call: Members): AssistantPart {
  maybe(call, 'type', oneOf('function'));
  const called = get(call, 'function', record);
  const extra = call.value['extra_content'];
  const token = isRecord(extra) ? extra['majordomo'] : undefined;
  return callPart(
    get(call, 'id', name),
    get(called, 'name', name),
    get(called, 'arguments', text),
    typeof token === 'string' ? tokenOf(token) : undefined,
  );
}
