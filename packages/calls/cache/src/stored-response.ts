import { LlmError, type AssistantPart, type ChatResponse } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';
import { layoutOf, type StoredRecord } from '@majordomo/records';

/** Response without attempts and usage. A typed value is parsed from the text again. */
export type StorableResponse = Omit<ChatResponse, 'attempts' | 'usage'>;

const LAYOUT = layoutOf<StorableResponse>('the answer', 1);

/** Returns the value of a record. */
export const writeResponse = (response: StorableResponse): string => LAYOUT.write(response);

/** Returns the response of a record. Throws `config` for another value, because other programs may write to the store. */
export function readResponse({ key, value }: StoredRecord): StorableResponse {
  const response = LAYOUT.read(key, value);
  if (isStorableResponse(response)) return response;
  throw new LlmError(
    'config',
    `the answer ${JSON.stringify(key)}: the stored value is not a response; remove the record`,
  );
}

function isStorableResponse(response: object): response is StorableResponse {
  const members = response as Record<string, unknown>;
  const { text, target, spec, finish, id, rawFinish, parts, toolCalls, warnings, message, logprobs } =
    members;
  const { model, vendor } = members;
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
