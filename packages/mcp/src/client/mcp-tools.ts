import type { Tool, ToolContext, ToolOutput } from '@majordomo/agent';
import { truncateText, LlmError, type JsonObject } from '@majordomo/core';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import type { McpOptions } from '../options.ts';
import type { Connection } from './connection.ts';
import { contentOf, textOf } from './content.ts';
import { isTransient } from './errors.ts';
import type { ToolHistory } from './tool-history.ts';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
const MAX_DESCRIPTION_CHARS = 20_000;

/** Dependencies of a server's tools. */
export interface ToolsIo {
  readonly options: McpOptions;
  readonly connection: Connection;
  readonly history: ToolHistory;
}

/** Returns a tool's complete definition as a string, because any change of the definition may change the tool's behavior. */
export const fingerprintOf = ({ description, title, inputSchema, annotations }: ListedTool): string =>
  JSON.stringify([description, title, inputSchema, annotations]);

/** Returns a server's tool as a tool for an agent. */
export function mcpTool(listed: ListedTool, name: string, { options, connection, history }: ToolsIo): Tool {
  const { approve = 'destructive', maxResultChars } = options;
  const fingerprint = fingerprintOf(listed);
  const isRepeatable =
    listed.annotations?.readOnlyHint === true || listed.annotations?.idempotentHint === true;
  const attempts = 1 + (isRepeatable ? (options.retries ?? 0) : 0);
  return {
    name,
    description: truncateText(listed.description ?? listed.title ?? '', MAX_DESCRIPTION_CHARS),
    parameters: withoutDialect(listed.inputSchema),
    maxResultChars,
    approval: approve === 'none' ? false : () => needsApproval(listed, fingerprint, approve, history),
    async run(args: Record<string, unknown>, { signal }: ToolContext): Promise<ToolOutput> {
      if (approve !== 'none' && !history.mayRun(listed.name, fingerprint)) throw new Error(CHANGED);
      const call = { name: listed.name, args, signal };
      const result = await withRetries(attempts, connection, signal, () => connection.call(call));
      if (result.isError === true) throw new Error(textOf(result));
      return contentOf(result);
    },
  };
}

const CHANGED =
  'the tool did not run, because the server changed its definition after the approval check; call the tool again';

/** Whether a call requires approval. A server's annotation can require approval, but cannot waive it. */
function needsApproval(
  { name, annotations }: ListedTool,
  fingerprint: string,
  approve: 'all' | 'destructive',
  history: ToolHistory,
): boolean {
  const isNeeded =
    approve === 'all' || annotations?.destructiveHint === true || history.isChanged(name, fingerprint);
  if (isNeeded) history.recordApprovalRequest(name, fingerprint);
  return isNeeded;
}

function withoutDialect(schema: ListedTool['inputSchema']): JsonObject {
  const { $schema: _dialect, ...json } = schema;
  return json as JsonObject;
}

async function withRetries<T>(
  attempts: number,
  { clock }: Connection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || signal.aborted || !LlmError.is(error) || !isTransient(error)) throw error;
      await clock.sleep(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)), signal);
    }
  }
}
