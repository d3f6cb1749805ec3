import { LlmError } from '@majordomo/core';
import { drift } from './drift.ts';

const OPENING_BRACKET = 91;

/** `[DONE]`; asked of every message, so the first character decides for nearly all of them. */
export const isEndMarker = (data: string): boolean =>
  data.charCodeAt(0) === OPENING_BRACKET && data.trim() === '[DONE]';

/** The object of one message; anything else is a `protocol` error. */
export function parseMessage(data: string, target: string): object {
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch (cause) {
    throw new LlmError(
      'protocol',
      `${target} sent a message of broken JSON`,
      { target, path: '' },
      { cause },
    );
  }
  if (typeof message !== 'object' || message === null) throw drift(target, '', message);
  return message;
}

/** A reader that stumbles has met a drifted answer, whatever went wrong. */
export function unreadable(error: unknown, target: string, path: string): LlmError {
  if (LlmError.is(error)) return error;
  const said = `${target} sent something that cannot be read at ${path}`;
  return new LlmError('protocol', said, { target, path }, { cause: error });
}
