import type { ImagePart, JsonObject, VendorPart } from '@majordomo/core';
import { bytesOfBase64, generatedImage } from '@majordomo/wire-kit/internal';
import { asRecord, isList } from '@majordomo/core/toolkit';
import { stringOf } from './item-content.ts';
import type { OutputItem } from './wire.ts';

/** Whether an input item came from the vendor, in contrast to the items that the converters create. */
export const isVendorItem = ({ type }: OutputItem): boolean =>
  typeof type === 'string' && !CONVERTED.has(type);

const CONVERTED: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'additional_tools',
]);

/**
 * Returns the vendor part for an item, such as the run of a tool at the vendor. The item is sent back unchanged. Without the
 * item, the vendor rejects the next turn, or the model does not see the result (openai 7.55: "must be round-tripped").
 */
export function vendorPart(item: OutputItem, family: string): Omit<VendorPart, 'type'> {
  const text = textOf(asRecord(item));
  return {
    kind: stringOf(item.type) || 'item',
    ...(text !== '' && { text }),
    replay: { family, data: { item: item as JsonObject } },
  };
}

/** Returns the image of an `image_generation_call`, or `undefined` for an item without an image. Its item has no copy of the bytes. */
export function generatedImageOf(item: OutputItem, family: string): ImagePart | undefined {
  const { result, ...rest } = asRecord(item);
  if (item.type !== 'image_generation_call' || typeof result !== 'string' || result === '') return undefined;
  const bytes = bytesOfBase64(result);
  const format = stringOf(rest['output_format']) || 'png';
  return bytes && generatedImage(bytes, `image/${format}`, { family, data: { item: rest as JsonObject } });
}

/** Returns the text that describes an item: a query, URL, code, call of a connector, or prompt of an image. */
function textOf(item: Readonly<Record<string, unknown>>): string {
  const { queries, query, url, pattern } = { ...item, ...asRecord(item['action']) };
  if (isList(queries) && queries.length > 0) return queries.map(stringOf).join('\n');
  if (item['type'] === 'mcp_call') return `${stringOf(item['name'])} ${stringOf(item['arguments'])}`.trim();
  return (
    [query, url, pattern, item['code'], item['revised_prompt']].map(stringOf).find((text) => text !== '') ??
    ''
  );
}

/** Returns the billing name of the tool that an item used; `undefined` for an unbilled use, such as opening a page (2026-11). */
export function toolUsed(item: OutputItem): string | undefined {
  const type = stringOf(item.type);
  const { type: action = 'search' } = asRecord(asRecord(item)['action']);
  if (!BILLED.has(type) || (type === 'web_search_call' && action !== 'search')) return undefined;
  return type.replace(/_call$/, '');
}

const BILLED: ReadonlySet<string> = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
]);
