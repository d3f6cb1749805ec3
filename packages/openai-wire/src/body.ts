import { stringifyList, wellFormedJson } from '@majordomo/wire-kit';
import type { ChatParams } from './chat/request.ts';

/** JSON of tool lists by identity: 30 tools cost more than the rest of a call. */
const serialised = new WeakMap<object, string>();

/**
 * The body as JSON text, in which lone surrogates are U+FFFD. The tools block is serialised once per list, and of a
 * transcript (`messages` on the one wire, `input` on the other) only what was not sent before.
 */
export function bodyText(params: ChatParams): string {
  const { messages, input, tools, ...rest } = params;
  const head = wellFormedJson(JSON.stringify(rest)).slice(0, -1);
  return `${head}${member('messages', messages)}${member('input', input)}${member('tools', tools)}}`;
}

function member(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (!Array.isArray(value)) return `,"${name}":${wellFormedJson(JSON.stringify(value))}`;
  return `,"${name}":${name === 'tools' ? toolsText(value) : stringifyList(value)}`;
}

function toolsText(tools: object): string {
  const known = serialised.get(tools);
  if (known !== undefined) return known;
  const text = wellFormedJson(JSON.stringify(tools));
  serialised.set(tools, text);
  return text;
}
