import type { Tool } from '@majordomo/agent';
import type { JsonObject } from '@majordomo/core';
import { asRecord, definedMembers } from '@majordomo/core/toolkit';
import type {
  CallToolResult,
  InputRequiredResult,
  McpServer,
  ServerContext,
  Tool as ListedTool,
} from '@modelcontextprotocol/server';
import { loadServer } from '../sdk.ts';
import type { ServedAgents, WaitingRun } from './agents.ts';
import type { Closing } from './closing.ts';
import { ServedContext } from './progress.ts';
import type { ServedPrompt, ServeOptions } from './options.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import type { SkillsFolder } from './skills-folder.ts';
import { errorResult, needsApproval, callServedTool, type ServedCall } from './served-tool.ts';

type Sdk = typeof import('@modelcontextprotocol/server');

/** Tools, prompts, resources, skills and agents that a server offers. */
export interface Offer {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly listed: readonly ListedTool[];
  readonly agents: ServedAgents;
  readonly prompts: ReadonlyMap<string, ServedPrompt>;
  readonly skills: SkillsFolder | undefined;
}

/** Creates an SDK server for one client or one request. */
export async function newServer(options: ServeOptions, offer: Offer, closing: Closing): Promise<McpServer> {
  const { name, version, instructions, approvals = 'ask', resources = [] } = options;
  const { tools, listed, agents, prompts, skills } = offer;
  const sdk = await loadServer();
  const server = new sdk.McpServer(
    { name, version },
    {
      capabilities: { tools: {}, ...(prompts.size === 0 ? {} : { prompts: {} }) },
      ...(instructions === undefined ? {} : { instructions }),
    },
  );
  if (prompts.size > 0)
    registerPrompts(
      server,
      prompts,
      closing,
      (message) => new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, message),
    );
  registerResources(server, resources, closing);
  skills?.attach(server);
  server.server.setRequestHandler('tools/list', () => ({ tools: [...listed] }));
  server.server.setRequestHandler('tools/call', ({ params }, context) =>
    closing.run(context.mcpReq.signal, async (signal): Promise<CallToolResult | InputRequiredResult> => {
      const call = callOf(params, context, signal);
      if (agents.has(call.name)) return callAgent(sdk, agents, call, context, server);
      if (approvals === 'ask' && (await needsApproval(tools.get(call.name), call))) {
        const answer = answerOf(context, QUESTION);
        if (answer === undefined && canElicit(sdk, context, server))
          return sdk.inputRequired({
            inputRequests: { [QUESTION]: sdk.inputRequired.elicit(approvalQuestion(call)) },
          });
        if (answer !== 'accept') return errorResult(answer === undefined ? NO_ELICITATION : DENIED);
      }
      return callServedTool(tools, call);
    }),
  );
  return server;
}

/** Calls an agent. Calls of the agent that need approval become questions to the person who uses the client. */
async function callAgent(
  sdk: Sdk,
  agents: ServedAgents,
  call: ServedCall,
  context: ServerContext,
  server: McpServer,
): Promise<CallToolResult | InputRequiredResult> {
  const result = await agents.call(call, {
    canAsk: canElicit(sdk, context, server),
    requestState: context.mcpReq.requestState(),
    approves: (callId) => answerOf(context, callId) === 'accept',
  });
  if (!('calls' in result)) return result;
  const { calls, requestState } = result as WaitingRun;
  const questions = calls.map(
    (inner) => [inner.id, sdk.inputRequired.elicit(approvalQuestion(inner))] as const,
  );
  return sdk.inputRequired({ inputRequests: Object.fromEntries(questions), requestState });
}

/** Whether the client supports elicitation. Clients of protocol 2026 state this in each request, others when they connect. */
function canElicit(sdk: Sdk, { mcpReq }: ServerContext, server: McpServer): boolean {
  const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope };
  // oxlint-disable-next-line typescript/no-deprecated -- the only source for a client of 2025
  const able = asRecord(envelope[sdk.CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities());
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
}: Pick<ServedCall, 'name' | 'args'>): {
  mode: 'form';
  message: string;
  requestedSchema: { type: 'object'; properties: Record<string, never> };
} => ({
  mode: 'form',
  message: `May ${name} run with ${JSON.stringify(args).slice(0, MAX_CHARACTERS)}?`,
  requestedSchema: { type: 'object', properties: {} },
});

function answerOf({ mcpReq }: ServerContext, question: string): string | undefined {
  const answer = mcpReq.inputResponses?.[question];
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
    context: new ServedContext((progress) => {
      if (progressToken === undefined) return;
      const notification = { ...definedMembers(progress), progress: progress.progress, progressToken };
      // The client may have disconnected.
      mcpReq.notify({ method: 'notifications/progress', params: notification }).catch(() => undefined);
    }),
  };
}
