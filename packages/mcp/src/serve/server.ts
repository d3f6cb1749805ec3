import type { Tool } from '@majordomo/agent';
import type { JsonObject } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import type {
  CallToolResult,
  InputRequiredResult,
  McpServer,
  ServerContext,
  Tool as ListedTool,
} from '@modelcontextprotocol/server';
import { loadServer } from '../sdk.ts';
import type { Closing } from './closing.ts';
import { progressContext } from './progress.ts';
import type { ServeOptions } from './options.ts';
import { errorResult, needsApproval, callServedTool, type ServedCall } from './served-tool.ts';

/** Creates an SDK server for one client or one request. */
export async function newServer(
  { name, version, instructions, approvals = 'ask' }: ServeOptions,
  tools: ReadonlyMap<string, Tool>,
  listed: readonly ListedTool[],
  closing: Closing,
): Promise<McpServer> {
  const sdk = await loadServer();
  const server = new sdk.McpServer(
    { name, version },
    { capabilities: { tools: {} }, ...(instructions === undefined ? {} : { instructions }) },
  );
  server.server.setRequestHandler('tools/list', () => ({ tools: [...listed] }));
  server.server.setRequestHandler(
    'tools/call',
    async ({ params }, context): Promise<CallToolResult | InputRequiredResult> => {
      using tracking = closing.track(context.mcpReq.signal);
      const call = callOf(params, context, tracking.signal);
      if (approvals === 'ask' && (await needsApproval(tools.get(call.name), call))) {
        const answer = answerOf(context);
        if (answer === undefined && canElicit(sdk.CLIENT_CAPABILITIES_META_KEY, context, server))
          return sdk.inputRequired({
            inputRequests: { [QUESTION]: sdk.inputRequired.elicit(approvalQuestion(call)) },
          });
        if (answer !== 'accept') return errorResult(answer === undefined ? NO_ELICITATION : DENIED);
      }
      return await callServedTool(tools, call);
    },
  );
  return server;
}

/** Whether the client supports elicitation. Clients of 2026 state this in each request, and clients of 2025 once. */
function canElicit(key: string, { mcpReq }: ServerContext, server: McpServer): boolean {
  const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope };
  // oxlint-disable-next-line typescript/no-deprecated -- the only source for a client of 2025
  const able = asRecord(envelope[key] ?? server.server.getClientCapabilities());
  return able['elicitation'] !== undefined;
}

const QUESTION = 'approve';
const NO_ELICITATION =
  'Not run: a person must approve this call first, and this client does not support elicitation.';
const DENIED = 'Not run: the person did not approve the call.';
const MAX_CHARACTERS = 2000;

const approvalQuestion = ({
  name,
  args,
}: ServedCall): {
  mode: 'form';
  message: string;
  requestedSchema: { type: 'object'; properties: Record<string, never> };
} => ({
  mode: 'form',
  message: `May ${name} run with ${JSON.stringify(args).slice(0, MAX_CHARACTERS)}?`,
  requestedSchema: { type: 'object', properties: {} },
});

function answerOf({ mcpReq }: ServerContext): string | undefined {
  const answer = mcpReq.inputResponses?.[QUESTION];
  if (typeof answer !== 'object' || answer === null) return undefined;
  return 'action' in answer && answer.action === 'accept' ? 'accept' : 'decline';
}

function callOf(
  params: { readonly name: string; readonly arguments?: Record<string, unknown> | undefined },
  { mcpReq }: ServerContext,
  signal: AbortSignal,
): ServedCall {
  const progressToken = mcpReq._meta?.progressToken;
  return {
    id: String(mcpReq.id),
    name: params.name,
    args: (params.arguments ?? {}) as JsonObject,
    signal,
    context: progressContext(({ progress, total, message }) => {
      if (progressToken === undefined) return;
      const notification = {
        progressToken,
        progress,
        ...(total === undefined ? {} : { total }),
        ...(message === undefined ? {} : { message }),
      };
      // The client may have disconnected.
      mcpReq.notify({ method: 'notifications/progress', params: notification }).catch(() => undefined);
    }),
  };
}
