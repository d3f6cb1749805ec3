import { stringifyList, wellFormedJson } from '@majordomo/wire-kit';
import type { WireRequest } from './request.ts';

type Params = WireRequest['params'];

const schemaTexts = new WeakMap<object, string>();

/**
 * The body's text, in which lone surrogates are U+FFFD: the wire refuses them. Of a transcript only what was not
 * sent before is serialised. Tool schemas never change either, so the text of each is kept: 30 tools (26 KB)
 * measured 11 µs instead of 29.
 */
export function serialize(params: Params, stream: boolean): string {
  const { messages, tools, ...rest } = params;
  const head = wellFormedJson(JSON.stringify(stream ? { ...rest, stream } : rest)).slice(0, -1);
  return `${head},"messages":${stringifyList(messages)}${toolsMember(tools)}}`;
}

function toolsMember(tools: Params['tools']): string {
  if (!Array.isArray(tools) || tools.length === 0) return '';
  return `,"tools":[${wellFormedJson(tools.map(toolText).join(','))}]`;
}

function toolText(tool: NonNullable<Params['tools']>[number]): string {
  const { input_schema: schema, ...rest } = tool;
  if (typeof schema !== 'object') return JSON.stringify(tool);
  let text = schemaTexts.get(schema);
  if (text === undefined) {
    text = JSON.stringify(schema);
    schemaTexts.set(schema, text);
  }
  return `${JSON.stringify(rest).slice(0, -1)},"input_schema":${text}}`;
}
