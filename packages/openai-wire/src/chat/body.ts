import type { ChatParams } from './request.ts';

/** JSON of tool lists by identity: 30 tools cost more than the rest of a call. */
const serialised = new WeakMap<object, string>();

/**
 * The body as JSON text: the tools block is serialised once per list, and lone surrogates become U+FFFD, since one
 * of them makes strict parsers refuse the whole body.
 */
export function bodyText(params: ChatParams): string {
  const { tools, ...rest } = params;
  const body = wellFormed(JSON.stringify(rest));
  if (!Array.isArray(tools)) return body;
  return `${body.slice(0, -1)},"tools":${toolsText(tools)}}`;
}

function toolsText(tools: object): string {
  const known = serialised.get(tools);
  if (known !== undefined) return known;
  const text = wellFormed(JSON.stringify(tools));
  serialised.set(tools, text);
  return text;
}

/** An escape of a lone surrogate, which `JSON.stringify` writes as such; pairs stand as they are. */
const LONE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/** JSON text whose lone surrogates are replaced; a text that spells such an escape is left alone. */
export function wellFormed(json: string): string {
  return json.includes('\\ud') ? json.replace(LONE, '$1\\ufffd') : json;
}
