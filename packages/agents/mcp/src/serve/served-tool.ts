import { requiresApproval, runTool, type Tool, type ToolOutcome } from '@majordomo/agent';
import {
  systemClock,
  type FilePart,
  type JsonObject,
  type ResultPiece,
  type ToolCallPart,
} from '@majordomo/core';
import { asRecord, toBase64, toJsonSchema } from '@majordomo/core/toolkit';
import type {
  CallToolResult,
  ContentBlock,
  EmbeddedResource,
  Tool as ListedTool,
} from '@modelcontextprotocol/server';
import type { ServerSdk } from '../sdk.ts';

/** Tool call by an MCP client. */
export interface ServedCall {
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
  /** Value of `context.key` for the tool, which is equal in all rounds of a call. */
  readonly key: string;
  /** Signal that aborts when the client cancels or disconnects. */
  readonly signal: AbortSignal;
  /** Value of `context.context` for the tool. */
  readonly context: object;
  /** Whether a person has approved the call. `undefined` if the client is responsible for approvals. */
  readonly isApproved?: boolean | undefined;
}

/** Returns the tool in the protocol's form. Throws `invalid-request` if the parameters cannot be converted to a JSON Schema. */
export function listedTool({ name, description, parameters, approval }: Tool): ListedTool {
  const schema = toJsonSchema(parameters, `parameters of tool "${name}"`);
  // `toJsonSchema` removes this member, because some vendors of models reject it.
  const { $schema: dialect } = asRecord(parameters);
  return {
    name,
    description,
    inputSchema: { ...(typeof dialect === 'string' && { $schema: dialect }), ...schema, type: 'object' },
    ...(approval === undefined || approval === false ? {} : { annotations: { destructiveHint: true } }),
  };
}

/** Whether a person must approve the call. */
export const needsApproval = (tool: Tool | undefined, call: ServedCall): Promise<boolean> =>
  tool === undefined ? Promise.resolve(false) : requiresApproval(tool, partOf(call));

/**
 * Runs the tool as an agent does: validates the arguments, applies the timeout, and returns failures as error results. Throws the error of
 * a tool if it is an error of the protocol, such as a capability that the client must have.
 */
export async function callServedTool(
  tools: ReadonlyMap<string, Tool>,
  call: ServedCall,
  { ProtocolError }: Pick<ServerSdk, 'ProtocolError'>,
): Promise<CallToolResult> {
  const { id: callId, key, signal, context, isApproved } = call;
  let failure: unknown;
  const outcome = await runTool({
    tool: tools.get(call.name),
    call: partOf(call),
    names: [...tools.keys()],
    context: { signal, callId, key, context, options: {}, depth: 0 },
    clock: systemClock,
    isApproved,
    // The client may need a text file as a file. Agents convert it to text for the model.
    keepsTextFiles: true,
    onError: (error) => {
      failure = error;
    },
  });
  if (failure instanceof ProtocolError) throw failure;
  return resultOf(outcome);
}

/** Returns the result of a failed call, whose text the model receives. */
export const errorResult = (text: string): CallToolResult => ({
  content: [{ type: 'text', text }],
  isError: true,
});

const partOf = ({ id, name, args }: ServedCall): ToolCallPart => ({ type: 'tool-call', id, name, args });

function resultOf({ content, isError, suspended, run, value }: ToolOutcome): CallToolResult {
  if (suspended?.unknown === true)
    return errorResult('The tool did not return in time, and it is not known whether it took effect.');
  if (suspended !== undefined || run !== undefined)
    return errorResult(
      'The tool waits for a decision, which this server does not support. There is no result.',
    );
  return {
    content: content.map(blockOf),
    // JSON does not contain members such as functions.
    ...(value !== undefined && { structuredContent: JSON.parse(JSON.stringify(value)) as JsonObject }),
    ...(isError === true && { isError }),
  };
}

/** Returns a part of a result or a prompt in the protocol's form. */
export function blockOf(part: ResultPiece): ContentBlock {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { mediaType: mimeType } = part;
  if (part.type === 'image') return { type: 'image', data: toBase64(part.bytes), mimeType };
  if (mimeType.startsWith('audio/')) return { type: 'audio', data: toBase64(part.bytes), mimeType };
  return embedded(part);
}

/** Returns a document as an embedded resource. Its address is the name, if that is an address. */
function embedded({ name = 'document', mediaType: mimeType, bytes }: FilePart): EmbeddedResource {
  const uri = URL.canParse(name) ? name : `result:/${encodeURIComponent(name)}`;
  const isText = /^text\/|^application\/json\b/.test(mimeType);
  const content = isText ? { text: new TextDecoder().decode(bytes) } : { blob: toBase64(bytes) };
  return { type: 'resource', resource: { uri, mimeType, ...content } };
}
