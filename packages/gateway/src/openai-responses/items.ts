import type { AssistantPart, UserPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { content, joinedText, reasoningPart, resultContent, textPart } from '../parsing/content.ts';
import { toolCallPart } from '../parsing/tool-call.ts';
import { imageOf, urlPart, type Media } from '../parsing/media.ts';
import { fileDataPart } from '../parsing/openai.ts';
import {
  array,
  nonEmptyString,
  oneOf,
  object,
  string,
  invalid,
  type Fields,
  type Parser,
} from '../parsing/fields.ts';
import type { Notes } from '../parsing/notes.ts';
import { Transcript } from '../parsing/transcript.ts';
import { type KnownTools, targetNameOf } from './tools.ts';

const ITEMS = [
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'reasoning',
  'item_reference',
] as const;

/** Earlier items and input of a request. */
interface Conversation {
  /** Items of the responses that the request continues, oldest first. */
  readonly history: readonly Readonly<Record<string, unknown>>[];
  /** Input of the request, with stored items in place of references. */
  readonly input: unknown;
}

/** Converts the instructions, the earlier items and the input of a request to a transcript. */
export function responsesInput(
  body: Fields,
  { history, input }: Conversation,
  media: Media,
  { known, notes }: { readonly known: KnownTools; readonly notes: Notes },
): Transcript {
  const transcript = new Transcript(notes);
  transcript.system(body.optional('instructions', string) ?? '');
  const earlier = array(object)(history, 'previous_response_id');
  for (const item of earlier) addItem(item, transcript, media, known);
  const items = body.required('input', (_, path) =>
    typeof input === 'string' ? string(input, path) : array(object)(input, path),
  );
  if (typeof items === 'string') transcript.user(textPart(items));
  else for (const item of items) addItem(item, transcript, media, known);
  return transcript.messages.length === 0 ? invalid('input', 'must not be empty') : transcript;
}

function addItem(item: Fields, transcript: Transcript, media: Media, known: KnownTools): void {
  const toPart = (part: Fields): readonly UserPart[] => inputPart(part, media);
  const called = (): string => targetNameOf(item, known);
  switch (item.optional('type', oneOf(...ITEMS)) ?? 'message') {
    case 'message':
      addMessage(item, transcript, toPart);
      break;
    case 'function_call':
      transcript.assistant([
        toolCallPart(item.required('call_id', nonEmptyString), called(), item.required('arguments', string)),
      ]);
      break;
    case 'custom_tool_call': {
      const input = JSON.stringify({ input: item.required('input', string) });
      transcript.assistant([toolCallPart(item.required('call_id', nonEmptyString), called(), input)]);
      break;
    }
    case 'function_call_output':
    case 'custom_tool_call_output':
      transcript.result(
        item.required('call_id', nonEmptyString),
        item.required('output', resultContent(toPart)),
      );
      break;
    case 'reasoning':
      transcript.assistant(reasoning(item));
      break;
    case 'item_reference':
      invalid(
        item.path,
        'is a reference, but this gateway stores no responses; send the complete item, or set `responses` of createGateway',
      );
  }
}

function addMessage(
  item: Fields,
  transcript: Transcript,
  toPart: (part: Fields) => readonly UserPart[],
): void {
  switch (item.required('role', oneOf('user', 'assistant', 'system', 'developer'))) {
    case 'user':
      transcript.user(item.required('content', content(toPart)));
      break;
    case 'assistant':
      transcript.assistant(textPart(item.required('content', texts)));
      break;
    case 'system':
    case 'developer':
      transcript.system(item.required('content', texts));
      break;
  }
}

const texts = joinedText('', 'input_text', 'output_text', 'refusal', 'text');

function inputPart(part: Fields, media: Media): readonly UserPart[] {
  switch (part.required('type', oneOf('input_text', 'input_image', 'input_file', 'output_text'))) {
    case 'input_text':
    case 'output_text':
      return textPart(part.required('text', string));
    case 'input_image': {
      refuseIds(part);
      const path = part.pathOf('image_url');
      return [imageOf(urlPart(part.required('image_url', string), path, media), path)];
    }
    case 'input_file':
      return [filePart(part, media)];
  }
}

function filePart(part: Fields, media: Media): UserPart {
  refuseIds(part);
  const fileName = part.optional('filename', string);
  const url = part.optional('file_url', string);
  if (url !== undefined) return urlPart(url, part.pathOf('file_url'), media, fileName);
  return fileDataPart(part.required('file_data', string), part.pathOf('file_data'), media, fileName);
}

function refuseIds(part: Fields): void {
  if (part.isSet('file_id'))
    invalid(part.pathOf('file_id'), 'is not supported, because this gateway stores no files; send the data');
}

function reasoning(item: Fields): readonly AssistantPart[] {
  const summary = item.optional('summary', array(summaryText)) ?? [];
  return reasoningPart(summary.join('\n\n'), item.optional('encrypted_content', string) ?? '');
}

const summaryText: Parser<string> = (value, path) =>
  isRecord(value) ? object(value, path).required('text', string) : string(value, path);
