import type { JsonObject, VendorPart } from '@majordomo/core';
import { asRecord, isList } from '@majordomo/core/toolkit';
import { stringOf } from './item-content.ts';
import type { OutputItem } from './wire.ts';

/** Items that the vendor waits with until the client has acted (openai 7.55, `ResponseOutputItem`). */
const WAITING: ReadonlySet<unknown> = new Set([
  'shell_call',
  'local_shell_call',
  'apply_patch_call',
  'computer_call',
  'mcp_approval_request',
]);

export const isWaiting = ({ type }: OutputItem): boolean => WAITING.has(type);

/** One that went back as it came, among the items that we write ourselves. */
export const isVendorItem = ({ type }: OutputItem): boolean => typeof type === 'string' && !OURS.has(type);

const OURS: ReadonlySet<string> = new Set(['message', 'reasoning', 'function_call', 'function_call_output']);

/**
 * What ran at the vendor, and what else it keeps: the item goes back as it came, or the next turn is refused or knows nothing
 * of what was done (openai 7.55: "must be round-tripped").
 */
export function vendorPart(item: OutputItem, family: string): Omit<VendorPart, 'type'> {
  const text = shownText(asRecord(item));
  return {
    kind: stringOf(item.type) || 'item',
    ...(text !== '' && { text }),
    replay: { family, data: { item: item as JsonObject } },
  };
}

/** What was searched for or opened, the code, the call of a connector, or the prompt of a picture. */
function shownText(item: Readonly<Record<string, unknown>>): string {
  const { queries, query, url, pattern } = { ...item, ...asRecord(item['action']) };
  if (isList(queries) && queries.length > 0) return queries.map(stringOf).join('\n');
  if (item['type'] === 'mcp_call') return `${stringOf(item['name'])} ${stringOf(item['arguments'])}`.trim();
  return [query, url, pattern, item['code'], item['revised_prompt']].map(stringOf).find(isSome) ?? '';
}

const isSome = (text: string): boolean => text !== '';

/** By which name a use is counted and billed; a page that is only opened or looked through is no search (2026-11). */
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
