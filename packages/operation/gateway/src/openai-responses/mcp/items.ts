import type { ResultPiece, ToolCallPart } from '@majordomo/core';
import type { McpAnswer, McpTool } from '../../options.ts';
import { argumentsText } from '../../parsing/tools.ts';
import type { ServerList } from './tools.ts';
import type { Item } from '../response.ts';
import type { ClientTool } from '../known-tools.ts';

/** Calls of a response. */
export interface Calls {
  /** Answers to the calls that have run. */
  readonly answers: ReadonlyMap<ToolCallPart, McpAnswer>;
  /** Whether a call has the id of an approval request that the client has approved. */
  readonly isApproved: (id: string) => boolean;
}

/** Returns an item with the tools of a server. */
export const listItem = (id: string, { label, tools, error }: ServerList): Item => ({
  type: 'mcp_list_tools',
  id,
  server_label: label,
  tools: tools.map(toolOf),
  error: error ?? null,
});

const toolOf = ({ name, description, inputSchema, annotations }: McpTool): object => ({
  name,
  description: description ?? null,
  input_schema: inputSchema,
  annotations: annotations ?? null,
});

/** Whether a call waits for an approval of the client. */
export const waitsForApproval = (
  { mcp }: Pick<ClientTool, 'mcp'>,
  { id }: Pick<ToolCallPart, 'id'>,
  calls: Calls,
): boolean => mcp?.needsApproval === true && !calls.isApproved(id);

/** Returns an item for a call that has not ended. */
export const startedCall = (id: string, { name, namespace }: ClientTool): Item => ({
  type: 'mcp_call',
  id,
  server_label: namespace,
  name,
  arguments: '',
  status: 'in_progress',
  approval_request_id: null,
  output: null,
  error: null,
});

/** Returns an item for a call: a request for an approval, or the call with its result. A call without a result is incomplete. */
export function mcpCallItem(
  part: ToolCallPart,
  tool: ClientTool,
  calls: Calls,
  idFor: (prefix: string) => string,
): Item {
  const { name, namespace } = tool;
  const called = { server_label: namespace, name, arguments: argumentsText(part) };
  if (waitsForApproval(tool, part, calls))
    return { type: 'mcp_approval_request', id: idFor('mcpr_'), ...called };
  return {
    ...startedCall(idFor('mcp_'), tool),
    ...called,
    approval_request_id: calls.isApproved(part.id) ? part.id : null,
    ...resultOf(calls.answers.get(part)),
  };
}

function resultOf(answer: McpAnswer | undefined): object {
  if (answer === undefined) return { status: 'incomplete' };
  if ('code' in answer)
    return {
      status: 'failed',
      error: { type: 'mcp_protocol_error', code: answer.code, message: answer.message },
    };
  const text = answer.content.map(textOf).join('\n');
  if (!answer.isError) return { status: 'completed', output: text };
  return {
    status: 'failed',
    error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text }] },
  };
}

/** Returns a piece of a result as text. The model receives images and documents, and the item describes them. */
const textOf = (piece: ResultPiece): string =>
  piece.type === 'text' ? piece.text : `[${piece.mediaType}, ${piece.bytes.length} bytes]`;
