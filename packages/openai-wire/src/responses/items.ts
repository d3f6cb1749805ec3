import type {
  AssistantMessage,
  AssistantPart,
  ImagePart,
  JsonObject,
  JsonValue,
  ModelRequest,
  TextPart,
  ToolMessage,
  ToolResultPart,
  UserPart,
  Warning,
} from '@majordomo/core';
import { toBase64, toolIds } from '@majordomo/core/provider';
import { wellFormed } from '../chat/body.ts';
import type { ResponsesQuirks } from './quirks.ts';

/** An input item; only the members that this converter writes, never what a caller's part holds besides. */
export interface InputItem {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** `call_…`, `fc_…` and what other wires make; joined forms (`call_1|fc_1`) and longer ones are mapped. */
const ID_RULE = { maxLength: 64, pattern: /^[\w.:-]+$/ };

interface Conversion {
  readonly quirks: ResponsesQuirks;
  /** The family whose tokens this model reads. */
  readonly family: string | undefined;
  /** The vendor keeps the answers: then an item is known by its id alone. */
  readonly isStored: boolean;
  readonly warnings: Warning[];
  readonly idOf: (id: string) => string;
  /** Ids of reasoning that was sent: no item may come twice. */
  readonly reasoned: Set<string>;
}

/** The transcript as input items; each turn depends on itself alone, since a prompt cache lives on equal prefixes. */
export function itemsToWire(
  request: ModelRequest,
  quirks: ResponsesQuirks,
  family: string | undefined,
  warnings: Warning[],
): InputItem[] {
  const isStored = request.extra['store'] === true;
  const idOf = toolIds(request.messages, ID_RULE);
  const conversion: Conversion = { quirks, family, isStored, warnings, idOf, reasoned: new Set() };
  const items: InputItem[] = [];
  let images: UserPart[] = [];
  for (const message of request.messages) {
    if (message.role === 'tool') {
      pushResults(items, images, message, conversion);
      continue;
    }
    images = pushImages(items, images);
    if (message.role === 'user') items.push(userItem(message.parts));
    else pushTurn(items, message, conversion);
  }
  pushImages(items, images);
  return items;
}

const userItem = (parts: readonly UserPart[]): InputItem => ({
  type: 'message',
  role: 'user',
  content: parts.map(inputPart),
});

function inputPart(part: UserPart): unknown {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'image':
      return { type: 'input_image', detail: 'auto', image_url: dataUrl(part.mediaType, part.bytes) };
    case 'file':
      return {
        type: 'input_file',
        filename: part.name ?? 'file',
        file_data: dataUrl(part.mediaType, part.bytes),
      };
    default:
      return part satisfies never;
  }
}

const dataUrl = (mediaType: string, bytes: Uint8Array): string =>
  `data:${mediaType};base64,${toBase64(bytes)}`;

/** A turn of the model. The wire wants an item after reasoning: where none is left, an empty message stands for it. */
function pushTurn(items: InputItem[], { parts }: AssistantMessage, conversion: Conversion): void {
  for (const part of parts) {
    const item = turnItem(part, conversion);
    if (item !== undefined) items.push(item);
  }
  if (items.at(-1)?.type === 'reasoning') items.push(messageItem('', undefined));
}

function turnItem(part: AssistantPart, conversion: Conversion): InputItem | undefined {
  const token = tokenOf(part, conversion);
  switch (part.type) {
    case 'text':
      return part.text === '' ? undefined : messageItem(part.text, token);
    case 'reasoning':
      return reasoningItem(token, conversion);
    case 'tool-call':
      return {
        type: 'function_call',
        ...ownId(token, 'fc_'),
        call_id: conversion.idOf(part.id),
        name: part.name,
        arguments: wellFormed(JSON.stringify(part.args)),
      };
    default:
      return part satisfies never;
  }
}

/** The part's token, where this very model can read it. */
function tokenOf({ replay }: AssistantPart, { family }: Conversion): JsonObject | undefined {
  const data = replay !== undefined && replay.family === family ? replay.data : undefined;
  return isObject(data) ? data : undefined;
}

const messageItem = (text: string, token: JsonObject | undefined): InputItem => ({
  type: 'message',
  role: 'assistant',
  ...ownId(token, 'msg_'),
  ...(token?.['phase'] === undefined ? undefined : { phase: token['phase'] }),
  content: [{ type: 'output_text', text }],
});

/** An item's id goes back only in the form that the wire checks for. */
function ownId(token: JsonObject | undefined, prefix: string): object | undefined {
  const id = token?.['id'];
  return typeof id === 'string' && id.startsWith(prefix) && id.length <= ID_RULE.maxLength
    ? { id, status: 'completed' }
    : undefined;
}

/** Without its id: what the vendor does not keep it cannot find (404). Ids of unfinished items are none. */
function reasoningItem(token: JsonObject | undefined, conversion: Conversion): InputItem | undefined {
  const { quirks, isStored, reasoned } = conversion;
  if (token === undefined || quirks.reasoningReplay === 'omit') return undefined;
  const { id, encrypted_content: secret, content, summary = [] } = token;
  const isText = quirks.reasoningReplay === 'text' && Array.isArray(content);
  if (secret === undefined && !isText) return undefined;
  if (typeof id === 'string') {
    if (id.startsWith('rs_tmp_') || reasoned.has(id)) return undefined;
    reasoned.add(id);
  }
  return {
    type: 'reasoning',
    // Where plain text stands for the item, its id is its name and nothing else.
    ...(id !== undefined && (isStored || secret === undefined) ? { id } : undefined),
    summary,
    ...(isText ? { content } : undefined),
    ...(secret === undefined ? undefined : { encrypted_content: secret }),
  };
}

function pushResults(
  items: InputItem[],
  images: UserPart[],
  { parts }: ToolMessage,
  { quirks, warnings, idOf }: Conversion,
): void {
  for (const result of parts) {
    const pictures = result.content.filter((part): part is ImagePart => part.type === 'image');
    const asParts = quirks.toolResult === 'parts' && pictures.length > 0;
    const output = asParts ? resultParts(result) : resultText(result, pictures.length > 0);
    items.push({ type: 'function_call_output', call_id: idOf(result.callId), output });
    if (pictures.length === 0 || asParts) continue;
    images.push({ type: 'text', text: `Images of the result of ${result.name}:` }, ...pictures);
    warnings.push({
      action: 'coerced',
      what: `images of the result of ${result.name}`,
      why: 'a tool result holds text alone here: they follow in a user message',
    });
  }
}

/** The wire has no error flag: the text says it. */
const ERROR_PREFIX = 'ERROR: ';

function resultText({ content, isError }: ToolResultPart, hasImages: boolean): string {
  const text = content
    .filter((part): part is TextPart => part.type === 'text')
    .map((part) => part.text)
    .join('\n');
  return (isError === true ? ERROR_PREFIX : '') + (text === '' && hasImages ? 'See the images below.' : text);
}

function resultParts({ content, isError }: ToolResultPart): readonly unknown[] {
  const parts = content.map(inputPart);
  return isError === true ? [{ type: 'input_text', text: ERROR_PREFIX.trim() }, ...parts] : parts;
}

/** Images follow the last of a run of results. */
function pushImages(items: InputItem[], images: UserPart[]): UserPart[] {
  if (images.length === 0) return images;
  items.push(userItem(images));
  return [];
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
