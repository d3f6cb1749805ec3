import { wellFormedJson } from '@majordomo/wire-kit';
import { stringifyList } from '@majordomo/wire-kit/internal';
import type { WireParams } from './request.ts';

/** Cached JSON of tool lists, by identity of the list. Serializing 30 tools takes longer than all other conversions of a call. */
const serialized = new WeakMap<object, string>();

/**
 * Returns the body as JSON text, with U+FFFD in place of lone surrogates. Caches the JSON of a list of tools, and of each marked
 * element (see `cacheJson`) of the transcript (`messages` or `input`).
 */
export function bodyText(params: WireParams): string {
  const { messages, input, tools, ...rest } = params;
  // `rest` always has members, because `model` is one of them, so a comma can follow it.
  const head = wellFormedJson(JSON.stringify(rest)).slice(0, -1);
  return `${head}${member('messages', messages)}${member('input', input)}${member('tools', tools)}}`;
}

function member(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (!Array.isArray(value)) return `,"${name}":${wellFormedJson(JSON.stringify(value))}`;
  return `,"${name}":${name === 'tools' ? toolsText(value) : stringifyList(value)}`;
}

function toolsText(tools: object): string {
  const known = serialized.get(tools);
  if (known !== undefined) return known;
  const text = wellFormedJson(JSON.stringify(tools));
  serialized.set(tools, text);
  return text;
}
