import {
  truncateText,
  type ChatRequest,
  type ChatResponse,
  type JsonObject,
  type JsonValue,
} from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { CallContent } from './call.ts';

/** Maximum number of characters of one string. The next two limits apply to the JSON of all messages and of the metadata. */
const MAX_TEXT = 16_000;
const MAX_MESSAGES = 256_000;
const MAX_METADATA = 4000;

/** Returns the content of a chat without secrets. Replaces byte arrays with their length. Omits old messages above the limit. */
export function contentOf(
  { messages, tools, ...settings }: ChatRequest,
  response: ChatResponse | undefined,
  redactor: Redactor,
): CallContent {
  const plain = Object.entries(settings).filter(([, value]) => typeof value !== 'object');
  const request = {
    ...(toPlain(
      { ...Object.fromEntries(plain), tools: tools?.map(({ name }) => name) },
      redactor,
    ) as JsonObject),
    messages: newest(messages.map((message) => toPlain(message, redactor))),
  };
  const { parts, finish, target } = response ?? {};
  // `toPlain` has masked secrets in strings. This masks the strings under secret names as well.
  return redactor.value({
    request,
    response: response && (toPlain({ parts, finish, target }, redactor) as JsonObject),
  });
}

/** Returns the metadata of a call, without the ids that entries contain as members. Replaces long metadata with its length. */
export function metadataOf(
  { key: _key, requestId: _requestId, ...metadata }: Readonly<Record<string, unknown>>,
  redactor: Redactor,
): JsonObject {
  const plain = redactor.value(toPlain(metadata, redactor)) as JsonObject;
  const { length } = JSON.stringify(plain);
  return length <= MAX_METADATA ? plain : { omitted: `${length} characters` };
}

function newest(messages: readonly JsonValue[]): readonly JsonValue[] {
  let room = MAX_MESSAGES;
  // The search begins with the newest message.
  const lastOmitted = messages.findLastIndex((message) => {
    room -= JSON.stringify(message).length;
    return room < 0;
  });
  return messages.slice(lastOmitted + 1);
}

/** Converts a value to JSON. Omits replay tokens of vendors and values that JSON cannot represent. */
function toPlain(value: unknown, redactor: Redactor, depth = 0): JsonValue {
  // Redacts more than is stored, so that the cut of the stored text does not hide a part of a secret from the redactor.
  if (typeof value === 'string') return truncateText(redactor.text(value.slice(0, 4 * MAX_TEXT)), MAX_TEXT);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => toPlain(item, redactor, depth + 1));
  const members = Object.entries(value).filter(([name, member]) => name !== 'replay' && isJson(member));
  return Object.fromEntries(members.map(([name, member]) => [name, toPlain(member, redactor, depth + 1)]));
}

/** Maximum depth of a value. Deeper values become `null`. */
const MAX_DEPTH = 40;
const isJson = (value: unknown): boolean =>
  !['undefined', 'function', 'symbol', 'bigint'].includes(typeof value);
