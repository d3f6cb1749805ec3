import { LlmError } from '@majordomo/core';
import { parseJson } from '@majordomo/wire-kit/internal';

const OPENING_BRACKET = 91;

/** Whether a message is `[DONE]`. Compares one character first, because nearly every other message begins differently. */
export const isEndMarker = (data: string): boolean =>
  data.charCodeAt(0) === OPENING_BRACKET && data.trim() === '[DONE]';

/** Parses one message. Throws `protocol` if the message is not a JSON object or array. */
export function parseMessage(data: string, target: string): object {
  const message = parseJson(data, target);
  if (typeof message !== 'object' || message === null) throw unexpectedValueError(target, '', message);
  return message;
}

/** Returns the error for an unexpected value at this path of a response. */
export function unexpectedValueError(target: string, path: string, found: unknown): LlmError {
  const message = `${target}: the response contains ${kindOf(found)} at ${path === '' ? 'the root' : path}`;
  return new LlmError('protocol', message, { target, path });
}

/** Returns the type of a value with its article, such as `an array`. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

/** Returns the error for an exception that occurred while a response was read, such as a `TypeError`. */
export function unreadableError(error: unknown, target: string, path: string): LlmError {
  if (LlmError.is(error)) return error;
  const message = `${target}: the response has an unknown form at ${path}`;
  return new LlmError('protocol', message, { target, path }, { cause: error });
}
