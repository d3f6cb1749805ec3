import { fromJson, type AssistantPart, type ChatResponse } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';

/** Response without attempts and usage. A typed value is parsed from the text again. */
export type StorableResponse = Omit<ChatResponse, 'attempts' | 'usage'>;

export interface StoredResponse {
  /** Time of storage, in epoch milliseconds. */
  readonly at: number;
  /** Key of the response. A difference from the requested key reveals a store that truncates or mixes up long keys. */
  readonly key: string;
  readonly response: StorableResponse;
}

/** Maximum time of a `Date`, in milliseconds. */
const MAX_TIME = 8.64e15;

/** Returns a stored value, or `undefined` if it is not a response with this key. Other programs may write to the store. */
export function parseStoredResponse(value: unknown, key: string): StoredResponse | undefined {
  try {
    const stored = fromJson<unknown>(value);
    if (!isRecord(stored) || !isTime(stored['at']) || stored['key'] !== key || !isRecord(stored['response']))
      return undefined;
    return isStorableResponse(stored['response']) ? (stored as unknown as StoredResponse) : undefined;
  } catch {
    return undefined;
  }
}

const isTime = (at: unknown): boolean => typeof at === 'number' && Math.abs(at) <= MAX_TIME;

function isStorableResponse(response: Record<string, unknown>): boolean {
  const { text, target, spec, finish, id, rawFinish, parts, toolCalls, warnings, message, logprobs } =
    response;
  const { model, vendor } = response;
  return (
    [text, target, spec].every(isText) &&
    [id, rawFinish, model].every((member) => member === undefined || isText(member)) &&
    (finish === 'stop' || finish === 'tool-calls') &&
    isRecord(message) &&
    message['role'] === 'assistant' &&
    isListOf(message['parts'], isPart) &&
    isListOf(parts, isPart) &&
    isListOf(toolCalls, (call) => isPart(call) && call.type === 'tool-call') &&
    isListOf(warnings, isWarning) &&
    (logprobs === undefined || isListOf(logprobs, isRecord)) &&
    (vendor === undefined || (isRecord(vendor) && isText(vendor['wire'])))
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';

function isPart(part: unknown): part is AssistantPart {
  if (!isRecord(part)) return false;
  const { type, id, name, args, text, kind, replay, mediaType, bytes } = part;
  if (type === 'tool-call') return [id, name].every(isText) && isRecord(args);
  if (type === 'vendor-call') return [id, name, kind].every(isText) && isRecord(args) && isRecord(replay);
  if (type === 'vendor') return isText(kind) && isRecord(replay);
  if (type === 'image' || type === 'audio') return isText(mediaType) && bytes instanceof Uint8Array;
  return (type === 'text' || type === 'reasoning') && isText(text);
}

const isWarning = (warning: unknown): boolean =>
  isRecord(warning) && isText(warning['action']) && isText(warning['what']);

const isListOf = (value: unknown, isOne: (item: unknown) => boolean): boolean =>
  isList(value) && value.every(isOne);
