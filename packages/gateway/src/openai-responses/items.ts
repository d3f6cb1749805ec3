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
export function responsesInput(body: Members, media: Media, known: KnownTools): Transcript {
  const transcript = new Transcript();
  transcript.system(maybe(body, 'instructions', text) ?? '');
  const input = body.value['input'];
  if (typeof input === 'string') transcript.user(textPart(get(body, 'input', text)));
  else for (const item of get(body, 'input', list(record))) addItem(item, transcript, media, known);
  return transcript.messages.length === 0 ? wrong('input', 'must not be empty') : transcript;
}

function addItem(item: Members, transcript: Transcript, media: Media, known: KnownTools): void {
  const called = (): string =>
    known.nameFor({ name: get(item, 'name', name), namespace: maybe(item, 'namespace', name) });
  switch (maybe(item, 'type', oneOf(...ITEMS)) ?? 'message') {
    case 'message':
      addMessage(item, transcript, media);
      break;
    case 'function_call':
      transcript.assistant([callPart(get(item, 'call_id', name), called(), get(item, 'arguments', text))]);
      break;
    case 'custom_tool_call': {
      const input = JSON.stringify({ input: get(item, 'input', text) });
      transcript.assistant([callPart(get(item, 'call_id', name), called(), input)]);
      break;
    }
    case 'function_call_output':
    case 'custom_tool_call_output':
      transcript.result(get(item, 'call_id', name), get(item, 'output', resultParts(media)));
      break;
    case 'reasoning':
      transcript.assistant(reasoning(item));
      break;
    case 'item_reference':
      wrong(item.path, 'is a reference, and this gateway keeps nothing: send the item itself (store: false)');
  }
}

function addMessage(item: Members, transcript: Transcript, media: Media): void {
  switch (get(item, 'role', oneOf('user', 'assistant', 'system', 'developer'))) {
    case 'user':
      transcript.user(get(item, 'content', inputParts(media)));
      break;
    case 'assistant':
      transcript.assistant(textPart(get(item, 'content', texts)));
      break;
    case 'system':
    case 'developer':
      transcript.system(get(item, 'content', texts));
      break;
  }
}

const texts: Read<string> = (value, path) =>
  typeof value === 'string'
    ? text(value, path)
    : list(record)(value, path)
        .map((part) => {
          const type = get(part, 'type', oneOf('input_text', 'output_text', 'refusal', 'text'));
          return get(part, type === 'refusal' ? 'refusal' : 'text', text);
        })
        .join('');

const inputParts =
  (media: Media): Read<readonly UserPart[]> =>
  (value, path) =>
    typeof value === 'string'
      ? textPart(text(value, path))
      : list(record)(value, path).flatMap((part) => inputPart(part, media));

function inputPart(part: Members, media: Media): readonly UserPart[] {
  switch (get(part, 'type', oneOf('input_text', 'input_image', 'input_file', 'output_text'))) {
    case 'input_text':
    case 'output_text':
      return textPart(get(part, 'text', text));
    case 'input_image': {
      refuseIds(part);
      const place = placeOf(part, 'image_url');
      return [imageOf(urlPart(get(part, 'image_url', text), place, media), place)];
    }
    case 'input_file':
      return [filePart(part, media)];
  }
}

function filePart(part: Members, media: Media): UserPart {
  refuseIds(part);
  const fileName = maybe(part, 'filename', text);
  const url = maybe(part, 'file_url', text);
  if (url !== undefined) return urlPart(url, placeOf(part, 'file_url'), media, fileName);
  const data = get(part, 'file_data', text);
  const place = placeOf(part, 'file_data');
  return data.startsWith('data:')
    ? urlPart(data, place, media, fileName)
    : mediaPart(data, 'application/pdf', place, fileName);
}

function refuseIds(part: Members): void {
  if (has(part, 'file_id')) wrong(placeOf(part, 'file_id'), 'is not taken: this gateway keeps no files');
}

const resultParts =
  (media: Media): Read<readonly (TextPart | ImagePart)[]> =>
  (value, path) =>
    inputParts(media)(value, path).map((part, index) =>
      part.type === 'file' || part.type === 'audio' ? imageOf(part, `${path}[${index}]`) : part,
    );

/** Without a token nobody can read it again. */
function reasoning(item: Members): readonly AssistantPart[] {
  const replay = tokenOf(maybe(item, 'encrypted_content', text) ?? '');
  if (replay === undefined) return [];
  const summary = maybe(item, 'summary', list(summaryText)) ?? [];
  return [{ type: 'reasoning', text: summary.join('\n\n'), replay }];
}

const summaryText: Read<string> = (value, path) =>
  isRecord(value) ? get(record(value, path), 'text', text) : text(value, path);
