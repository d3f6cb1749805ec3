import { LlmError } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';

type Fields = Readonly<Record<string, unknown>>;

/** Part of a message that a page sent. Only its type is checked. */
export interface PagePart {
  readonly type: string;
  readonly fields: Fields;
  /** Place in the request, such as `messages[0].parts[1]`. */
  readonly path: string;
}

/** Message that a page sent. */
export interface PageMessage {
  readonly id: string | undefined;
  readonly role: 'user' | 'assistant';
  readonly parts: readonly PagePart[];
  readonly path: string;
}

/** Checks the structure of the messages of a page. Throws `invalid-request` with the path. */
export function readPageMessages(value: unknown): readonly PageMessage[] {
  if (!isList(value)) throw expected('messages', 'an array', value);
  if (value.length === 0) throw invalid('messages', 'the list is empty; send at least one message');
  return value.map((message, index) => readPageMessage(message, `messages[${index}]`));
}

function readPageMessage(message: unknown, path: string): PageMessage {
  if (!isRecord(message)) throw expected(path, 'an object', message);
  const { role, parts } = message;
  if (role === 'system')
    throw invalid(
      `${path}.role`,
      'a page cannot send system messages; set `system` or `instructions` on the server',
    );
  if (role !== 'user' && role !== 'assistant')
    throw invalid(`${path}.role`, 'expected "user" or "assistant"');
  if (!isList(parts)) throw expected(`${path}.parts`, 'an array', parts);
  return {
    id: optionalText(message, 'id', path),
    role,
    path,
    parts: parts.map((part, index) => readPagePart(part, `${path}.parts[${index}]`)),
  };
}

function readPagePart(part: unknown, path: string): PagePart {
  if (!isRecord(part)) throw expected(path, 'an object', part);
  return { type: textAt(part, 'type', path), fields: part, path };
}

/** Returns a member that must be a string. */
export function textAt(fields: Fields, name: string, path: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw expected(`${path}.${name}`, 'a string', value);
}

/** Returns a member that must be a string or absent. */
export const optionalText = (fields: Fields, name: string, path: string): string | undefined =>
  fields[name] === undefined || fields[name] === null ? undefined : textAt(fields, name, path);

/** Returns a member that must be an object. */
export function recordAt(fields: Fields, name: string, path: string): Fields {
  const value = fields[name];
  if (isRecord(value)) return value;
  throw expected(`${path}.${name}`, 'an object', value);
}

export const invalid = (path: string, problem: string): LlmError =>
  new LlmError('invalid-request', `${path}: ${problem}`, { path });

export const expected = (path: string, kind: string, value: unknown): LlmError =>
  invalid(path, `expected ${kind}, got ${kindOf(value)}`);

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return value === null ? 'null' : 'nothing';
  if (isList(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
