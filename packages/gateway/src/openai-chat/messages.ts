import type { AssistantPart, ImagePart, TextPart, UserPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { toolCallPart } from '../parsing/tool-call.ts';
import { imageOf, mediaPart, urlPart, type Media } from '../parsing/media.ts';
import {
  required,
  isSet,
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
import { tokenOf } from '../parsing/replay-token.ts';
import { textPart, Transcript } from '../parsing/transcript.ts';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

/** The turns of a Chat Completions request. */
export function chatMessages(body: Fields, media: Media): Transcript {
  const transcript = new Transcript();
  const turns = required(body, 'messages', array(object));
  if (turns.length === 0) invalid('messages', 'must not be empty');
  for (const turn of turns) addTurn(turn, transcript, media);
  return transcript;
}

function addTurn(turn: Fields, transcript: Transcript, media: Media): void {
  switch (required(turn, 'role', oneOf(...ROLES))) {
    case 'system':
    case 'developer':
      transcript.system(required(turn, 'content', texts));
      break;
    case 'user':
      transcript.user(required(turn, 'content', userParts(media)));
      break;
    case 'assistant':
      transcript.assistant(assistantParts(turn));
      break;
    case 'tool':
      transcript.result(
        required(turn, 'tool_call_id', nonEmptyString),
        required(turn, 'content', resultParts(media)),
      );
      break;
  }
}

/** A text, or parts of text. */
const texts: Parser<string> = (value, path) =>
  typeof value === 'string'
    ? string(value, path)
    : array(object)(value, path)
        .map((part) => {
          required(part, 'type', oneOf('text'));
          return required(part, 'text', string);
        })
        .join('\n');

const userParts =
  (media: Media): Parser<readonly UserPart[]> =>
  (value, path) =>
    typeof value === 'string'
      ? textPart(string(value, path))
      : array(object)(value, path).flatMap((part) => userPart(part, media));

const resultParts =
  (media: Media): Parser<readonly (TextPart | ImagePart)[]> =>
  (value, path) =>
    userParts(media)(value, path).map((part, index) =>
      part.type === 'file' || part.type === 'audio' ? imageOf(part, `${path}[${index}]`) : part,
    );

function userPart(part: Fields, media: Media): readonly UserPart[] {
  switch (required(part, 'type', oneOf('text', 'image_url', 'file', 'input_audio'))) {
    case 'text':
      return textPart(required(part, 'text', string));
    case 'image_url': {
      const image = required(part, 'image_url', object);
      return [
        imageOf(urlPart(required(image, 'url', string), pathOf(image, 'url'), media), pathOf(image, 'url')),
      ];
    }
    case 'file':
      return [filePart(required(part, 'file', object), media)];
    case 'input_audio':
      return invalid(pathOf(part, 'type'), 'input_audio is not taken: no chain hears');
  }
}

function filePart(file: Fields, media: Media): UserPart {
  if (isSet(file, 'file_id'))
    invalid(pathOf(file, 'file_id'), 'is not taken: this gateway keeps no files; send file_data');
  const fileName = optional(file, 'filename', string);
  const data = required(file, 'file_data', string);
  const path = pathOf(file, 'file_data');
  return data.startsWith('data:') || /^https?:/.test(data)
    ? urlPart(data, path, media, fileName)
    : mediaPart(data, 'application/pdf', path, fileName);
}

function assistantParts(turn: Fields): readonly AssistantPart[] {
  if (isSet(turn, 'function_call')) invalid(pathOf(turn, 'function_call'), 'is not taken: use tool_calls');
  const said = optional(turn, 'content', assistantText) ?? '';
  const refusal = optional(turn, 'refusal', string) ?? '';
  const calls = optional(turn, 'tool_calls', array(object)) ?? [];
  return [...reasoning(turn), ...textPart(said + refusal), ...calls.map(toolCall)];
}

const assistantText: Parser<string> = (value, path) =>
  typeof value === 'string'
    ? string(value, path)
    : array(object)(value, path)
        .map((part) => required(part, required(part, 'type', oneOf('text', 'refusal')), string))
        .join('');

/** Reads the reasoning that the gateway added to its answer. A provider can only read it with its token. */
function reasoning(turn: Fields): readonly AssistantPart[] {
  const details = optional(turn, 'reasoning_details', array(object)) ?? [];
  return details.flatMap((detail): AssistantPart[] => {
    const replay = tokenOf(optional(detail, 'signature', string) ?? '');
    return replay === undefined
      ? []
      : [{ type: 'reasoning', text: optional(detail, 'text', string) ?? '', replay }];
  });
}

function toolCall(call: Fields): AssistantPart {
  optional(call, 'type', oneOf('function'));
  const called = required(call, 'function', object);
  const extra = call.value['extra_content'];
  const token = isRecord(extra) ? extra['majordomo'] : undefined;
  return toolCallPart(
    required(call, 'id', nonEmptyString),
    required(called, 'name', nonEmptyString),
    required(called, 'arguments', string),
    typeof token === 'string' ? tokenOf(token) : undefined,
  );
}
