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
import type { KnownTools } from './tools.ts';

const ITEMS = [
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'reasoning',
  'item_reference',
] as const;

/** The turns of a Responses request: its instructions, and its input. */
export function responsesInput(body: Fields, media: Media, known: KnownTools): Transcript {
  const transcript = new Transcript();
  transcript.system(optional(body, 'instructions', string) ?? '');
  const input = body.value['input'];
  if (typeof input === 'string') transcript.user(textPart(required(body, 'input', string)));
  else for (const item of required(body, 'input', array(object))) addItem(item, transcript, media, known);
  return transcript.messages.length === 0 ? invalid('input', 'must not be empty') : transcript;
}

function addItem(item: Fields, transcript: Transcript, media: Media, known: KnownTools): void {
  const called = (): string =>
    known.nameFor({
      name: required(item, 'name', nonEmptyString),
      namespace: optional(item, 'namespace', nonEmptyString),
    });
  switch (optional(item, 'type', oneOf(...ITEMS)) ?? 'message') {
    case 'message':
      addMessage(item, transcript, media);
      break;
    case 'function_call':
      transcript.assistant([
        toolCallPart(
          required(item, 'call_id', nonEmptyString),
          called(),
          required(item, 'arguments', string),
        ),
      ]);
      break;
    case 'custom_tool_call': {
      const input = JSON.stringify({ input: required(item, 'input', string) });
      transcript.assistant([toolCallPart(required(item, 'call_id', nonEmptyString), called(), input)]);
      break;
    }
    case 'function_call_output':
    case 'custom_tool_call_output':
      transcript.result(
        required(item, 'call_id', nonEmptyString),
        required(item, 'output', resultParts(media)),
      );
      break;
    case 'reasoning':
      transcript.assistant(reasoning(item));
      break;
    case 'item_reference':
      invalid(
        item.path,
        'is a reference, and this gateway keeps nothing: send the item itself (store: false)',
      );
  }
}

function addMessage(item: Fields, transcript: Transcript, media: Media): void {
  switch (required(item, 'role', oneOf('user', 'assistant', 'system', 'developer'))) {
    case 'user':
      transcript.user(required(item, 'content', inputParts(media)));
      break;
    case 'assistant':
      transcript.assistant(textPart(required(item, 'content', texts)));
      break;
    case 'system':
    case 'developer':
      transcript.system(required(item, 'content', texts));
      break;
  }
}

const texts: Parser<string> = (value, path) =>
  typeof value === 'string'
    ? string(value, path)
    : array(object)(value, path)
        .map((part) => {
          const type = required(part, 'type', oneOf('input_text', 'output_text', 'refusal', 'text'));
          return required(part, type === 'refusal' ? 'refusal' : 'text', string);
        })
        .join('');

const inputParts =
  (media: Media): Parser<readonly UserPart[]> =>
  (value, path) =>
    typeof value === 'string'
      ? textPart(string(value, path))
      : array(object)(value, path).flatMap((part) => inputPart(part, media));

function inputPart(part: Fields, media: Media): readonly UserPart[] {
  switch (required(part, 'type', oneOf('input_text', 'input_image', 'input_file', 'output_text'))) {
    case 'input_text':
    case 'output_text':
      return textPart(required(part, 'text', string));
    case 'input_image': {
      refuseIds(part);
      const place = pathOf(part, 'image_url');
      return [imageOf(urlPart(required(part, 'image_url', string), place, media), place)];
    }
    case 'input_file':
      return [filePart(part, media)];
  }
}

function filePart(part: Fields, media: Media): UserPart {
  refuseIds(part);
  const fileName = optional(part, 'filename', string);
  const url = optional(part, 'file_url', string);
  if (url !== undefined) return urlPart(url, pathOf(part, 'file_url'), media, fileName);
  const data = required(part, 'file_data', string);
  const place = pathOf(part, 'file_data');
  return data.startsWith('data:')
    ? urlPart(data, place, media, fileName)
    : mediaPart(data, 'application/pdf', place, fileName);
}

function refuseIds(part: Fields): void {
  if (isSet(part, 'file_id')) invalid(pathOf(part, 'file_id'), 'is not taken: this gateway keeps no files');
}

const resultParts =
  (media: Media): Parser<readonly (TextPart | ImagePart)[]> =>
  (value, path) =>
    inputParts(media)(value, path).map((part, index) =>
      part.type === 'file' || part.type === 'audio' ? imageOf(part, `${path}[${index}]`) : part,
    );

/** Converts reasoning. A provider can only read it with its token. */
function reasoning(item: Fields): readonly AssistantPart[] {
  const replay = tokenOf(optional(item, 'encrypted_content', string) ?? '');
  if (replay === undefined) return [];
  const summary = optional(item, 'summary', array(summaryText)) ?? [];
  return [{ type: 'reasoning', text: summary.join('\n\n'), replay }];
}

const summaryText: Parser<string> = (value, path) =>
  isRecord(value) ? required(object(value, path), 'text', string) : string(value, path);
