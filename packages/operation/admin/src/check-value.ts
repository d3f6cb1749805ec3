import { checkValue, LlmError, type JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

const MAX_SHOWN = 60;

/**
 * Throws `config` if a value does not match the schema. `details.path` is the path of the invalid member. The message contains
 * the expected and the actual value. Ignores members that are `undefined`, and the keywords `pattern` and `format`.
 */
export async function checkFits(subject: string, schema: JsonObject, value: unknown): Promise<void> {
  const result = await checkValue(schema, withoutUndefined(value));
  if (!('issues' in result)) return;
  const { path, message } = result.issues[0] ?? { path: [], message: 'is invalid' };
  fail(subject, pathOf(path), message, at(value, path));
}

/** Throws `config` for an invalid member of a value. */
export function fail(subject: string, path: string, problem: string, actual?: unknown): never {
  const shown = actual === undefined ? '' : `, not ${shorten(actual)}`;
  throw new LlmError('config', `${subject}: ${path === '' ? 'the value' : path} ${problem}${shown}`, {
    path,
  });
}

const withoutUndefined = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutUndefined(member)]));
};

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('');

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
    value,
  );

function shorten(value: unknown): string {
  const text = typeof value === 'number' ? `${value}` : JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
