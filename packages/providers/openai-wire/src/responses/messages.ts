import type {
  AssistantMessage,
  AssistantPart,
  JsonObject,
  JsonValue,
  ModelRequest,
  ModelTool,
  ResultPart,
  ToolCallPart,
  TurnMessage,
  Warning,
} from '@majordomo/core';
import { isRecord, toBase64 } from '@majordomo/core/toolkit';
import { toolIdMapper, wellFormedJson } from '@majordomo/wire-kit';
import { sentMembers, WireMessageCache, withTextResults } from '@majordomo/wire-kit/internal';
import { toolNames } from '../transcript/tool-names.ts';
import { additionalTools, type LoadedTools } from './additional-tools.ts';
import { resultItem, userItem, type InputItem } from './blocks.ts';
import { SENT_MEMBERS } from './kept-members.ts';
import type { ResponsesQuirks } from './quirks.ts';
import { addVendorItems, furtherContentItem, vendorResultItem, withSendableCalls } from './vendor-calls.ts';

/** Call ids that are sent unchanged, such as `call_…`. Joined ids (`call_1|fc_1`) and longer ids are replaced. */
const ID_RULE = { maxLength: 64, pattern: /^[\w.:-]+$/ };

interface Conversion {
  readonly quirks: ResponsesQuirks;
  /** Id of the group of models that can read each other's reasoning, including this model. */
  readonly family: string | undefined;
  /** Whether the vendor stores responses and can look up an item by its id. */
  readonly isStored: boolean;
  readonly idOf: (id: string) => string;
  readonly nameOf: (name: string) => string;
  /** Ids of the calls of custom tools, whose results have another type. */
  readonly customIds: ReadonlySet<string>;
  /** Programs that made tool calls at the vendor, by call id. */
  readonly callers: ReadonlyMap<string, JsonValue>;
  /** Items of the calls that wait for the client in the turns so far, by call id. */
  readonly vendorItems: ReadonlyMap<string, JsonObject>;
  /** Ids of the reasoning items converted so far. The API rejects an input with duplicates. */
  readonly reasoningIds: Set<string>;
  /** Loaded tools that no item of the input contains yet. */
  readonly unsentTools: Map<string, ModelTool>;
}

const forms = new WireMessageCache<InputItem>();

/**
 * Converts the transcript to input items. The items of a turn do not depend on later turns, because a prompt cache requires an
 * identical prefix. Caches the conversion of a message unless the message contains images, files or audio.
 */
export function itemsToWire(
  request: ModelRequest,
  quirks: ResponsesQuirks,
  family: string | undefined,
  warnings: Warning[],
  loaded: LoadedTools = new Map(),
): InputItem[] {
  const isStored = request.extra['store'] === true;
  const idOf = toolIdMapper(request.messages, ID_RULE);
  const { nameOf, key } = toolNames(request.tools);
  const sent = withSendableCalls(request.messages, warnings);
  const callers = callersIn(request.messages, family);
  const reasoningIds = new Set<string>();
  const unsentTools = new Map(loaded);
  const vendorItems = new Map<string, JsonObject>();
  const conversion = {
    customIds: customIdsIn(request.messages, family),
    quirks,
    family,
    isStored,
    idOf,
    nameOf,
    callers,
    vendorItems,
    reasoningIds,
    unsentTools,
  };
  const known = forms.forRequest(sent, quirks, `${family ?? ''} ${isStored} ${key}`, idOf);
  const messages = quirks.toolResult === 'parts' ? sent : withTextResults(sent, warnings);
  return messages.flatMap((each) => {
    if (each.role === 'assistant') addVendorItems(each, vendorItems);
    const message = each.role === 'assistant' ? withoutDuplicates(each, conversion) : each;
    const isCached =
      message.role !== 'tool' || message.parts.every((part) => isSelfContained(part, conversion));
    let form = isCached ? known.get(message) : undefined;
    if (form !== undefined) return form;
    form = messageToItems(message, conversion);
    if (isCached) known.set(message, form);
    return form;
  });
}

/** Whether the item of a result depends on no other message: on no call with another type of output, and on no loaded tool. */
const isSelfContained = (part: ResultPart, { callers, customIds }: Conversion): boolean =>
  part.type === 'tool-result' &&
  part.loads === undefined &&
  !callers.has(part.callId) &&
  !customIds.has(part.callId);

function messageToItems(message: TurnMessage, conversion: Conversion): readonly InputItem[] {
  if (message.role === 'tool') return resultItems(message.parts, conversion);
  return message.role === 'user' ? [userItem(message.parts)] : turnItems(message, conversion);
}

function resultItems(parts: readonly ResultPart[], conversion: Conversion): readonly InputItem[] {
  const items = parts.flatMap((part) =>
    part.type === 'vendor-result'
      ? [vendorResultItem(part, conversion.vendorItems.get(part.callId) ?? {})]
      : [resultItem(part, conversion), ...additionalTools(part, conversion.unsentTools)],
  );
  const further = furtherContentItem(parts);
  return further === undefined ? items : [...items, further];
}

/** Removes reasoning items that an earlier turn already contains. */
function withoutDuplicates(message: AssistantMessage, conversion: Conversion): AssistantMessage {
  const { reasoningIds } = conversion;
  const isDuplicate = (part: AssistantPart): boolean => {
    if (part.type !== 'reasoning') return false;
    const token = tokenOf(part, conversion);
    const id = token?.['id'];
    if (typeof id !== 'string' || !isSendable(token, conversion)) return false;
    if (reasoningIds.has(id)) return true;
    reasoningIds.add(id);
    return false;
  };
  const duplicates = message.parts.filter(isDuplicate);
  if (duplicates.length === 0) return message;
  return { ...message, parts: message.parts.filter((part) => !duplicates.includes(part)) };
}

/** Converts an assistant message. Adds an empty message after final reasoning, which the API requires. */
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
    case 'vendor-call':
      return vendorItem(token);
    case 'image':
      return imageItem(part.bytes, token);
    case 'audio':
      // The API has no item for audio of the model.
      return undefined;
    case 'tool-call': {
      const called = { call_id: conversion.idOf(part.id), name: conversion.nameOf(part.name) };
      if (token?.['custom'] === true) return customItem(part, called, token);
      return {
        type: 'function_call',
        ...itemId(token, 'fc_'),
        ...called,
        ...(token?.['namespace'] === undefined ? undefined : { namespace: token['namespace'] }),
        ...(token?.['caller'] === undefined ? undefined : { caller: token['caller'] }),
        ...sentMembers(token, SENT_MEMBERS),
        arguments: wellFormedJson(JSON.stringify(part.args)),
      };
    }
    default:
      return part satisfies never;
  }
}

/** Converts a call of a custom tool. Its only argument is the text of the model. Unlike other calls, its item has no `status`. */
function customItem({ args }: ToolCallPart, called: object, token: JsonObject): InputItem {
  const { namespace, caller } = token;
  const id = sendableId(token, 'ctc_');
  const [input, ...others] = Object.values(args);
  const isText = typeof input === 'string' && others.length === 0;
  return {
    type: 'custom_tool_call',
    ...(id !== undefined && { id }),
    ...called,
    ...(namespace !== undefined && { namespace }),
    ...(caller !== undefined && { caller }),
    ...sentMembers(token, SENT_MEMBERS),
    input: isText ? input : JSON.stringify(args),
  };
}

/** Returns the replay data of a part if this model can read it. */
function tokenOf({ replay }: AssistantPart, { family }: Conversion): JsonObject | undefined {
  const data = replay !== undefined && replay.family === family ? replay.data : undefined;
  return isObject(data) ? data : undefined;
}

const messageItem = (text: string, token: JsonObject | undefined): InputItem => ({
  type: 'message',
  role: 'assistant',
  ...itemId(token, 'msg_'),
  ...(token?.['phase'] === undefined ? undefined : { phase: token['phase'] }),
  content: [{ type: 'output_text', text }],
});

/** Returns the id and the status of an item if the API accepts the id. */
function itemId(token: JsonObject | undefined, prefix: string): object | undefined {
  const id = sendableId(token, prefix);
  return id === undefined ? undefined : { id, status: 'completed' };
}

/** Returns the id of an item if the API accepts it. */
function sendableId(token: JsonObject | undefined, prefix: string): string | undefined {
  const id = token?.['id'];
  return typeof id === 'string' && id.startsWith(prefix) && id.length <= ID_RULE.maxLength ? id : undefined;
}

/** Whether a reasoning item is sent back. An incomplete item has a temporary id and is not sent. */
function isSendable(token: JsonObject | undefined, { quirks }: Conversion): token is JsonObject {
  if (token === undefined || quirks.reasoningReplay === 'omit') return false;
  const { id, encrypted_content: encrypted, content } = token;
  if (typeof id === 'string' && id.startsWith('rs_tmp_')) return false;
  return encrypted !== undefined || (quirks.reasoningReplay === 'text' && Array.isArray(content));
}

/** Converts reasoning. Omits the id of an item that the vendor does not store, because its lookup would fail with a 404. */
function reasoningItem(token: JsonObject | undefined, conversion: Conversion): InputItem | undefined {
  if (!isSendable(token, conversion)) return undefined;
  const { quirks, isStored } = conversion;
  const { id, encrypted_content: encrypted, content, summary = [] } = token;
  return {
    type: 'reasoning',
    // An item with plain text keeps its id, because the server does not look it up.
    ...(id !== undefined && (isStored || encrypted === undefined) ? { id } : undefined),
    summary,
    ...(quirks.reasoningReplay === 'text' && Array.isArray(content) ? { content } : undefined),
    ...(encrypted === undefined ? undefined : { encrypted_content: encrypted }),
  };
}

/** Returns the original item of an image that the vendor generated. */
function imageItem(bytes: Uint8Array, token: JsonObject | undefined): InputItem | undefined {
  const item = vendorItem(token);
  return item && { ...item, result: toBase64(bytes) };
}

/** Returns the original item of a vendor part. */
function vendorItem(token: JsonObject | undefined): InputItem | undefined {
  const item = token?.['item'];
  return isObject(item) && typeof item['type'] === 'string' ? { ...item, type: item['type'] } : undefined;
}

/** Returns the programs that made tool calls at the vendor, by call id. The result of such a call must name its program. */
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

function customIdsIn(messages: readonly TurnMessage[], family: string | undefined): ReadonlySet<string> {
  const calls = messages.flatMap(({ role, parts }) => (role === 'assistant' ? parts : []));
  const isCustom = ({ replay }: AssistantPart): boolean =>
    replay?.family === family && isObject(replay?.data) && replay.data['custom'] === true;
  return new Set(calls.filter(isCustom).flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])));
}

const isObject = (value: JsonValue | undefined): value is JsonObject => isRecord(value);
