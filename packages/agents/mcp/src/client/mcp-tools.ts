import { suspend, type CheckedCall, type Tool, type ToolContext, type ToolOutput } from '@majordomo/agent';
import { truncateText, LlmError, type JsonObject } from '@majordomo/core';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';
import type { AppResults } from './app-results.ts';
import { appUriOf } from '../tool-app.ts';
import type { McpEvent, McpOptions } from '../options.ts';
import { pauseAfter, type Connection } from './connection.ts';
import { contentOf, textOf } from './content.ts';
import { isTransient, neededLogin } from './errors.ts';
import { suspensionOf } from './suspended.ts';
import type { ApprovalRequests } from './approval-requests.ts';
import type { ToolHistory } from './tool-history.ts';

const MAX_DESCRIPTION_CHARS = 20_000;

/** Dependencies of a server's tools. */
export interface ToolsIo {
  readonly options: McpOptions;
  readonly connection: Connection;
  readonly history: ToolHistory;
  readonly requests: ApprovalRequests;
  readonly emit: (event: McpEvent) => void;
  /** Results of calls for apps. Set with the option `apps`. */
  readonly appResults: AppResults | undefined;
}

/** Returns a tool's complete definition as a string, because any change of the definition may change the tool's behavior. */
export const fingerprintOf = ({
  description,
  title,
  inputSchema,
  annotations,
  outputSchema,
}: ListedTool): string => JSON.stringify([description, title, inputSchema, annotations, outputSchema]);

/** Converts a server's tool to a tool for an agent. */
export function mcpTool(listed: ListedTool, fingerprint: string, name: string, io: ToolsIo): Tool {
  const { options, connection } = io;
  const { approve = 'destructive', maxResultChars, suspend: suspended = [] } = options;
  const isRepeatable =
    listed.annotations?.readOnlyHint === true || listed.annotations?.idempotentHint === true;
  const attempts = 1 + (isRepeatable ? (options.retries ?? 0) : 0);
  return {
    name,
    description: truncateText(listed.description ?? listed.title ?? '', MAX_DESCRIPTION_CHARS),
    parameters: listed.inputSchema,
    maxResultChars,
    approval: approve === 'none' ? false : () => needsApproval(listed, fingerprint, approve, io),
    check: (_args, _options, call) => checkApproval(listed, fingerprint, call, io),
    async run(args: JsonObject, { signal, callId }: ToolContext): Promise<ToolOutput> {
      const check = checkOf(listed, fingerprint, io);
      const call = { tool: listed, args, signal, suspend: suspended, check };
      const outcome = await withRetries(attempts, connection, signal, () => connection.call(call)).catch(
        (error: unknown) => {
          const login = neededLogin(error);
          if (login !== undefined) emitLogin(name, login.scopes, io);
          throw error;
        },
      );
      if (outcome.type === 'login') emitLogin(name, outcome.scopes, io);
      if (outcome.type !== 'result') return suspend(suspensionOf(outcome, options.name, listed.name, args));
      // The agent returns the message of a tool's error to the model as an error result.
      if (outcome.result.isError === true) throw new Error(textOf(outcome.result));
      if (appUriOf(listed) !== undefined) io.appResults?.add(callId, outcome.result);
      return contentOf(outcome.result);
    },
  };
}

function emitLogin(tool: string, scopes: string | undefined, { emit }: ToolsIo): void {
  emit({ type: 'login-required', detail: scopes === undefined ? tool : `${tool}: ${scopes}` });
}

/** Returns a function that throws if the definition has changed since the approval check. */
export function checkOf(listed: ListedTool, fingerprint: string, { options, history }: ToolsIo): () => void {
  return () => {
    if (options.approve !== 'none' && !history.mayRun(listed.name, fingerprint)) throw changedError();
  };
}

const changedError = (): LlmError =>
  new LlmError(
    'invalid-request',
    'the tool did not run, because the server changed its definition after the approval check; call the tool again',
  );

/** Throws if the definition has changed and no person has approved the call. Reads whether another process requested the approval. */
async function checkApproval(
  { name }: ListedTool,
  fingerprint: string,
  call: CheckedCall | undefined,
  io: ToolsIo,
): Promise<void> {
  if (io.options.approve === 'none' || !io.history.isChanged(name, fingerprint)) return;
  if (call?.isApproved === false) throw changedError();
  await loadApprovalRequest(name, fingerprint, io);
}

/** Reads whether another process has requested the approval of a changed definition. */
export async function loadApprovalRequest(
  name: string,
  fingerprint: string,
  { history, requests }: Pick<ToolsIo, 'history' | 'requests'>,
): Promise<void> {
  if (history.isChanged(name, fingerprint) && (await requests.has(name, fingerprint)))
    history.recordApprovalRequest(name, fingerprint);
}

/** Whether a call requires approval. An annotation of the server can add this requirement, but cannot remove it. */
function needsApproval(
  { name, annotations }: ListedTool,
  fingerprint: string,
  approve: 'all' | 'destructive',
  { history, requests, emit }: ToolsIo,
): boolean | Promise<boolean> {
  const isChanged = history.isChanged(name, fingerprint);
  const isNeeded = approve === 'all' || annotations?.destructiveHint === true || isChanged;
  if (isNeeded) history.recordApprovalRequest(name, fingerprint);
  if (isChanged)
    emit({
      type: 'approval',
      detail: `${name}: its definition differs from the one that was first seen or approved`,
    });
  return isChanged ? requests.add(name, fingerprint).then(() => true) : isNeeded;
}

async function withRetries<T>(
  attempts: number,
  { clock, closing }: Connection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || signal.aborted || !LlmError.is(error) || !isTransient(error)) throw error;
      await clock.sleep(pauseAfter(attempt), AbortSignal.any([signal, closing.signal]));
    }
  }
}
