import type { AssistantPart, UserPart } from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import { content, joinedText, reasoningPart, resultContent, textPart } from '../parsing/content.ts';
import { toolCallPart } from '../parsing/tools.ts';
import { imageOf, urlPart, type Media } from '../parsing/media.ts';
import { fileById, fileDataPart, TEXT_MEMBERS } from '../parsing/openai.ts';
import {
  array,
  nonEmptyString,
  oneOf,
  object,
  objects,
  string,
  invalid,
  Fields,
  type Parser,
} from '../parsing/fields.ts';
import { NO_EQUIVALENT, type Notes } from '../parsing/notes.ts';
import { Transcript } from '../parsing/transcript.ts';
import type { Json } from '../response-store.ts';
import { compactionText } from './compaction-text.ts';
import type { ParseContext, ParsedMcp } from './mcp/request.ts';
import { targetNameOf } from './known-tools.ts';

const ITEMS = [
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'reasoning',
  'compaction',
  'item_reference',
] as const;

/** Parts of a request that all its items need. */
interface ItemContext extends ParseContext {
  readonly mcp: ParsedMcp | undefined;
}

/** Converts the instructions, the earlier items (oldest first) and the input of a request to a transcript. */
export function responsesInput(
  body: Fields,
  earlier: readonly Json[],
  media: Media,
  context: ItemContext,
): Transcript {
  const transcript = new Transcript(context.notes);
  transcript.system(body.optional('instructions', string) ?? '');
  const addItems = objects((item) => {
    addItem(item, transcript, media, context);
  });
  addItems(earlier, 'previous_response_id');
  body.required('input', (input, path) => {
    if (typeof input === 'string') {
      context.mcp?.endTurn('message');
      transcript.user(textPart(string(input, path)));
    } else addItems(input, path);
  });
  context.mcp?.endTurn(undefined);
  return transcript.messages.length === 0 ? invalid('input', 'must not be empty') : transcript;
}

function addItem(item: Fields, transcript: Transcript, media: Media, context: ItemContext): void {
  const toPart = (part: Fields): readonly UserPart[] => inputPart(part, media, context.notes);
  const called = (): string => targetNameOf(item, context.known);
  const { mcp } = context;
  const type = item.optional('type', oneOf<string>(...ITEMS, ...(mcp?.itemTypes ?? []))) ?? 'message';
  // The results of MCP calls follow all calls of their turn, so they are added before an item that is not one of the calls. A
  // reference may refer to one of the calls. `addItem` is called again with its item.
  if (type !== 'item_reference') mcp?.endTurn(type);
  switch (type) {
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
    case 'compaction':
      transcript.user(textPart(compactionText(item)));
      break;
    case 'item_reference': {
      const stored = storedItem(item, context);
      if (stored !== undefined) addItem(stored, transcript, media, context);
      break;
    }
    default:
      mcp?.addItem(item, type, transcript);
  }
  // A caller of the type `direct` is the model, as for every call of the gateway, so the member needs no warning.
  const isDirect = asRecord(item.value['caller'])['type'] === 'direct';
  context.notes.unparsedInElement(item, type, ...REPEATED, ...(isDirect ? ['caller'] : []));
}

/** Members of an item of an earlier response that need no warning. Reasoning is read from its summary, not from its `content`. */
const REPEATED = ['id', 'status', 'content', 'created_by'];

/** Returns the item to which a reference refers, at the path of the reference. Adds a warning if it is a repetition. */
function storedItem(reference: Fields, { stored, notes }: ItemContext): Fields | undefined {
  if (stored === undefined)
    return invalid(
      reference.path,
      'is a reference, but this gateway stores no responses; send the complete item, or set `responses` of createGateway',
    );
  const item = stored.referenced(reference.value['id']);
  if (item !== undefined) return new Fields(item, reference.path);
  notes.coerced('item_reference', 'an item that the input names repeatedly is sent once');
  return undefined;
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
      transcript.assistant(textPart(item.required('content', texts(transcript.notes))));
      break;
    case 'system':
    case 'developer':
      transcript.system(item.required('content', texts(transcript.notes)));
      break;
  }
}

const texts = (notes: Notes): Parser<string> =>
  joinedText({
    types: ['input_text', 'output_text', 'refusal', 'text'],
    known: TEXT_MEMBERS,
    separator: '',
    notes,
  });

function inputPart(part: Fields, media: Media, notes: Notes): readonly UserPart[] {
  const parts = inputParts(part, media, notes);
  notes.unparsedInElement(part, String(part.value['type']), ...TEXT_MEMBERS);
  return parts;
}

function inputParts(part: Fields, media: Media, notes: Notes): readonly UserPart[] {
  switch (part.required('type', oneOf('input_text', 'input_image', 'input_file', 'output_text'))) {
    case 'input_text':
    case 'output_text':
      return textPart(part.required('text', string));
    case 'input_image': {
      const detail = part.optional('detail', string);
      if (detail !== undefined && detail !== 'auto') notes.dropped('input_image.detail', NO_EQUIVALENT);
      const file = fileById(part, media, 'image_url');
      if (file !== undefined) return [imageOf(file, part.pathOf('file_id'))];
      const path = part.pathOf('image_url');
      return [imageOf(urlPart(part.required('image_url', string), path, media), path)];
    }
    case 'input_file':
      return [filePart(part, media)];
  }
}

function filePart(part: Fields, media: Media): UserPart {
  const file = fileById(part, media, 'file_url', 'file_data');
  if (file !== undefined) return file;
  const fileName = part.optional('filename', string);
  const url = part.optional('file_url', string);
  if (url !== undefined) return urlPart(url, part.pathOf('file_url'), media, fileName);
  return fileDataPart(part.required('file_data', string), part.pathOf('file_data'), media, fileName);
}

function reasoning(item: Fields): readonly AssistantPart[] {
  const summary = item.optional('summary', array(summaryText)) ?? [];
  return reasoningPart(summary.join('\n\n'), item.optional('encrypted_content', string) ?? '');
}

const summaryText: Parser<string> = (value, path) =>
  isRecord(value) ? object(value, path).required('text', string) : string(value, path);
