import type { Json } from '../response-store.ts';
import { responseIdOf, type ResponseIds } from './response-ids.ts';

/** Prefixes of item ids, by item type. */
const PREFIXES: ReadonlyMap<unknown, string> = new Map([
  ['function_call', 'fc_'],
  ['function_call_output', 'fco_'],
  ['custom_tool_call', 'ctc_'],
  ['custom_tool_call_output', 'ctco_'],
  ['reasoning', 'rs_'],
  ['mcp_list_tools', 'mcpl_'],
  ['mcp_call', 'mcp_'],
  ['mcp_approval_response', 'mcpar_'],
]);

/** Returns the input as items with ids. Items of earlier responses retain their ids, and references remain references. */
export function storedItems(input: unknown, ids: ResponseIds): readonly Json[] {
  const items = Array.isArray(input) ? (input as readonly Json[]) : [{ role: 'user', content: input }];
  return items.map((item) => {
    const { id, type = 'message', role, content, ...members } = item as Json & { readonly role?: unknown };
    if (type === 'item_reference') return { type, id };
    // The response to an approval request contains the id of the request.
    const isKnown =
      typeof id === 'string' && (responseIdOf(id) !== undefined || type === 'mcp_approval_request');
    return {
      type,
      id: isKnown ? id : ids.item(PREFIXES.get(type) ?? 'msg_'),
      ...(role !== undefined && { role }),
      ...(content !== undefined && { content: contentList(content, role) }),
      ...members,
    };
  });
}

/** Returns the content of a message as a list of parts. */
const contentList = (content: unknown, role: unknown): unknown =>
  typeof content === 'string'
    ? [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: content }]
    : content;
