import type { Message } from '@majordomo/core';

/** Whether a transcript begins with these messages. Compares messages by identity or content. */
export function beginsWith(messages: readonly Message[], prefix: readonly Message[]): boolean {
  return prefix.length <= messages.length && prefix.every((message, at) => isSame(message, messages[at]));
}

/** Whether two plain data values are deeply equal, including bytes. */
export function isSame(first: unknown, second: unknown): boolean {
  if (first === second) return true;
  if (!isObject(first) || !isObject(second)) return false;
  if (first instanceof Uint8Array || second instanceof Uint8Array) return isSameBytes(first, second);
  if (Array.isArray(first) !== Array.isArray(second)) return false;
  const names = keysOf(first);
  return names.length === keysOf(second).length && names.every((name) => isSame(first[name], second[name]));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const keysOf = (value: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(value).filter((name) => value[name] !== undefined);

function isSameBytes(first: unknown, second: unknown): boolean {
  return (
    first instanceof Uint8Array &&
    second instanceof Uint8Array &&
    first.length === second.length &&
    first.every((byte, at) => byte === second[at])
  );
}
