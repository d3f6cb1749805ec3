import type {
  AssistantMessage,
  AssistantPart,
  JsonObject,
  JsonValue,
  ModelRequest,
  TurnMessage,
  UserPart,
  Warning,
} from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { toolIdMapper, wellFormedJson, WireMessageCache } from '@majordomo/wire-kit';
import { toolNames } from '../transcript/tool-names.ts';
import { resultItems, userItem, type InputItem } from './blocks.ts';
import type { ResponsesQuirks } from './quirks.ts';

export type { InputItem } from './blocks.ts';

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
  readonly nameOf: (name: string) => string;
  /** Who made a call, where that was not the model itself. */
  readonly callers: ReadonlyMap<string, JsonValue>;
  /** Ids of reasoning that was sent: no item may come twice. */
  readonly reasoned: Set<string>;
}

const forms = new WireMessageCache<InputItem>();

/**
 * The transcript as input items; each turn depends on itself alone, since a prompt cache lives on equal prefixes. What
 * one without images and files becomes is kept.
 */
export function itemsToWire(
  request: ModelRequest,
  quirks: ResponsesQuirks,
  family: string | undefined,
  warnings: Warning[],
): InputItem[] {
  const isStored = request.extra['store'] === true;
  const idOf = toolIdMapper(request.messages, ID_RULE);
  const { nameOf, key } = toolNames(request.tools);
  const callers = callersIn(request.messages, family);
  const reasoned = new Set<string>();
  const conversion: Conversion = { quirks, family, isStored, warnings, idOf, nameOf, callers, reasoned };
  const known = forms.forRequest(quirks, `${family ?? ''} ${isStored} ${key}`, idOf);
  const items: InputItem[] = [];
  let images: UserPart[] = [];
  for (const each of request.messages) {
    if (each.role !== 'tool') images = pushImages(items, images);
    const message = each.role === 'assistant' ? withoutRepeats(each, conversion) : each;
    let form = known.get(message);
    if (form === undefined) known.set(message, (form = messageToItems(message, images, conversion)));
    for (const item of form) items.push(item);
  }
  pushImages(items, images);
  return items;
}

function messageToItems(
  message: TurnMessage,
  images: UserPart[],
  conversion: Conversion,
): readonly InputItem[] {
  if (message.role === 'tool') return resultItems(message, images, conversion);
  return message.role === 'user' ? [userItem(message.parts)] : turnItems(message, conversion);
}

/** A turn without the reasoning that an earlier one brought; nearly every turn is as it was. */
function withoutRepeats(message: AssistantMessage, conversion: Conversion): AssistantMessage {
  const { reasoned } = conversion;
  const isRepeat = (part: AssistantPart): boolean => {
    if (part.type !== 'reasoning') return false;
    const token = tokenOf(part, conversion);
    const id = token?.['id'];
    if (typeof id !== 'string' || !isSendable(token, conversion)) return false;
    if (reasoned.has(id)) return true;
    reasoned.add(id);
    return false;
  };
  const repeats = message.parts.filter(isRepeat);
  if (repeats.length === 0) return message;
  return { ...message, parts: message.parts.filter((part) => !repeats.includes(part)) };
}

/** A turn of the model. The wire wants an item after reasoning: where none is left, an empty message stands for it. */
function turnItems({ parts }: AssistantMessage, conversion: Conversion): readonly InputItem[] {
  const items: InputItem[] = [];
  for (const part of parts) {
    const item = turnItem(part, conversion);
    if (item !== undefined) items.push(item);
  }
  if (items.at(-1)?.type === 'reasoning') items.push(messageItem('', undefined));
  return items;
}

function turnItem(part: AssistantPart, conversion: Conversion): InputItem | undefined {
  const token = tokenOf(part, conversion);
  switch (part.type) {
    case 'text':
      return part.text === '' ? undefined : messageItem(part.text, token);
    case 'reasoning':
      return reasoningItem(token, conversion);
    case 'vendor':
      return vendorItem(token);
    case 'tool-call':
      return {
        type: 'function_call',
        ...ownId(token, 'fc_'),
        call_id: conversion.idOf(part.id),
        name: conversion.nameOf(part.name),
        ...(token?.['namespace'] === undefined ? undefined : { namespace: token['namespace'] }),
        ...(token?.['caller'] === undefined ? undefined : { caller: token['caller'] }),
        arguments: wellFormedJson(JSON.stringify(part.args)),
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

/** Does reasoning go back at all? Ids of unfinished items are none. */
function isSendable(token: JsonObject | undefined, { quirks }: Conversion): token is JsonObject {
  if (token === undefined || quirks.reasoningReplay === 'omit') return false;
  const { id, encrypted_content: secret, content } = token;
  if (typeof id === 'string' && id.startsWith('rs_tmp_')) return false;
  return secret !== undefined || (quirks.reasoningReplay === 'text' && Array.isArray(content));
}

/** Without its id: what the vendor does not keep it cannot find (404). */
function reasoningItem(token: JsonObject | undefined, conversion: Conversion): InputItem | undefined {
  if (!isSendable(token, conversion)) return undefined;
  const { quirks, isStored } = conversion;
  const { id, encrypted_content: secret, content, summary = [] } = token;
  return {
    type: 'reasoning',
    // Where plain text stands for the item, its id is its name and nothing else.
    ...(id !== undefined && (isStored || secret === undefined) ? { id } : undefined),
    summary,
    ...(quirks.reasoningReplay === 'text' && Array.isArray(content) ? { content } : undefined),
    ...(secret === undefined ? undefined : { encrypted_content: secret }),
  };
}

/** One that went back as it came. */
function vendorItem(token: JsonObject | undefined): InputItem | undefined {
  const item = token?.['item'];
  return isObject(item) && typeof item['type'] === 'string' ? { ...item, type: item['type'] } : undefined;
}

/** Of calls that a program at the vendor made: their results are its. */
function callersIn(
  messages: readonly TurnMessage[],
  family: string | undefined,
): ReadonlyMap<string, JsonValue> {
  const callers = new Map<string, JsonValue>();
  for (const { role, parts } of messages) {
    if (role !== 'assistant') continue;
    for (const part of parts) {
      const data = part.replay?.family === family ? part.replay?.data : undefined;
      const caller = part.type === 'tool-call' && isObject(data) ? data['caller'] : undefined;
      if (part.type === 'tool-call' && caller !== undefined) callers.set(part.id, caller);
    }
  }
  return callers;
}

/** Images follow the last of a run of results. */
function pushImages(items: InputItem[], images: UserPart[]): UserPart[] {
  if (images.length === 0) return images;
  items.push(userItem(images));
  return [];
}

const isObject = (value: JsonValue | undefined): value is JsonObject => isRecord(value);
