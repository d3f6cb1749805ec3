import { truncateText } from '@majordomo/core';
import { asRecord, definedMembers, isRecord } from '@majordomo/core/toolkit';
import type {
  CallToolResult,
  GetPromptResult,
  InputRequest,
  InputRequiredResult,
  McpServer,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { ServerSdk } from '../sdk.ts';
import type { ServedAgents, WaitingRun } from './agents.ts';
import type { Closing } from './closing.ts';
import type { Offer } from './offer.ts';
import type { PromptContext, ServeOptions } from './options.ts';
import { ServedContext, type McpProgress } from './progress.ts';
import { APPROVAL, Rounds, WAITING } from './rounds.ts';
import type { Invocation, RoundsStates } from './rounds-state.ts';
import { callServedTool, errorResult, needsApproval, type ServedCall } from './served-tool.ts';

/** Dependencies of `Calls`. */
export interface CallsIo {
  readonly sdk: ServerSdk;
  readonly server: McpServer;
  readonly states: RoundsStates;
  readonly closing: Closing;
}

/** Calls of tools, agents and prompts by the client of one server. */
export class Calls {
  private readonly io: CallsIo;

  constructor(io: CallsIo) {
    this.io = io;
  }

  /** Calls a tool or an agent. Asks for an approval first if it is necessary. */
  async tool(
    invocation: Invocation,
    context: ServerContext,
    { tools, agents }: Offer,
    approvals: NonNullable<ServeOptions['approvals']>,
  ): Promise<CallToolResult | InputRequiredResult> {
    return this.io.closing.run(context.mcpReq.signal, async (signal) => {
      if (agents.has(invocation.name)) return this.agent(agents, invocation, context, signal);
      const rounds = await this.rounds(context, invocation);
      const call = this.callOf(invocation, context, signal, rounds);
      if (approvals === 'ask' && !rounds.state.isApproved) {
        const refusal = (await needsApproval(tools.get(call.name), call))
          ? await this.approval(context, invocation, rounds)
          : undefined;
        if (refusal !== undefined) return refusal;
      }
      const isApproved = approvals === 'ask' ? rounds.state.isApproved : undefined;
      const result = await rounds.run(signal, (own) =>
        callServedTool(tools, { ...call, signal: own, isApproved }, this.io.sdk),
      );
      if (result === WAITING) return this.questions(context, invocation, rounds);
      this.checkCapability(rounds, context, result.isError === true);
      return result;
    });
  }

  /** Calls a prompt. */
  async prompt(
    invocation: Invocation,
    context: ServerContext,
    messages: (io: PromptContext) => Promise<GetPromptResult>,
  ): Promise<GetPromptResult | InputRequiredResult> {
    return this.io.closing.run(context.mcpReq.signal, async (signal) => {
      const rounds = await this.rounds(context, invocation);
      const served = new ServedContext(progressTo(context), rounds);
      try {
        const result = await rounds.run(signal, (own) => messages({ context: served, signal: own }));
        return result === WAITING ? await this.questions(context, invocation, rounds) : result;
      } catch (error) {
        this.checkCapability(rounds, context, true);
        throw error;
      }
    });
  }

  /**
   * Calls an agent. Calls of the agent that need approval become questions to the person who uses the client, also with
   * `approvals: 'client'`, because the client knows only the call of the agent.
   */
  private async agent(
    agents: ServedAgents,
    invocation: Invocation,
    context: ServerContext,
    signal: AbortSignal,
  ): Promise<CallToolResult | InputRequiredResult> {
    const { inputRequired } = this.io.sdk;
    const result = await agents.call(this.callOf(invocation, context, signal), {
      canAsk: this.canElicit(context),
      requestState: context.mcpReq.requestState(),
      approves: (callId) => actionOf(context.mcpReq.inputResponses?.[callId]) === 'accept',
    });
    if (!('calls' in result)) return result;
    const { calls, requestState } = result as WaitingRun;
    const questions = calls.map(
      (inner) => [inner.id, inputRequired.elicit(approvalQuestion(inner))] as const,
    );
    return inputRequired({ inputRequests: Object.fromEntries(questions), requestState });
  }

  /**
   * Returns the question for an approval, the refusal, or `undefined` if the person has approved the call. An approval sets
   * `isApproved` in the state, so that later rounds do not ask again. The signed state of the question contains a hash of the
   * arguments, so that the approval is valid only for them.
   */
  private async approval(
    context: ServerContext,
    invocation: Invocation,
    { state }: Rounds,
  ): Promise<CallToolResult | InputRequiredResult | undefined> {
    const { inputRequired } = this.io.sdk;
    const action = actionOf(state.replies[APPROVAL]);
    if (action === undefined && this.canElicit(context)) {
      const next = { ...state, asked: [APPROVAL] };
      return inputRequired({
        inputRequests: { [APPROVAL]: inputRequired.elicit(approvalQuestion(invocation)) },
        requestState: await this.io.states.write(context, invocation, next),
      });
    }
    if (action !== 'accept') return errorResult(action === undefined ? NO_ELICITATION : DENIED);
    state.isApproved = true;
    return undefined;
  }

  private async rounds(context: ServerContext, invocation: Invocation): Promise<Rounds> {
    const state = await this.io.states.read(context, invocation, newKey(context));
    return new Rounds(state, this.canElicit(context));
  }

  /** Returns the questions of a call, and its state for the next round. */
  private async questions(
    context: ServerContext,
    invocation: Invocation,
    { questions, state }: Rounds,
  ): Promise<InputRequiredResult> {
    const { inputRequired } = this.io.sdk;
    const inputRequests = [...questions].map(([key, question]): [string, InputRequest] => [
      key,
      question.mode === 'url'
        ? inputRequired.elicitUrl({ message: question.message, url: question.url })
        : inputRequired.elicit({
            mode: 'form',
            message: question.message,
            requestedSchema: question.schema as never,
          }),
    ]);
    const next = { ...state, asked: [...questions.keys()] };
    const requestState = await this.io.states.write(context, invocation, next);
    return inputRequired({ inputRequests: Object.fromEntries(inputRequests), requestState });
  }

  /** Throws −32021 if a call failed because the client cannot ask. Clients of protocol 2025 receive the error result of the tool. */
  private checkCapability({ unsupported }: Rounds, { mcpReq }: ServerContext, hasFailed: boolean): void {
    if (unsupported === undefined || !hasFailed || mcpReq.envelope === undefined) return;
    throw new this.io.sdk.MissingRequiredClientCapabilityError(
      { requiredCapabilities: { elicitation: {} } },
      unsupported.message,
    );
  }

  /** Whether the client supports elicitation. Clients of protocol 2026 state this in each request, others when they connect. */
  private canElicit({ mcpReq }: ServerContext): boolean {
    const { sdk, server } = this.io;
    const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope };
    const able = asRecord(
      // oxlint-disable-next-line typescript/no-deprecated -- the only source for a client of 2025
      envelope[sdk.CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities(),
    );
    return able['elicitation'] !== undefined;
  }

  private callOf(
    { name, args }: Invocation,
    context: ServerContext,
    signal: AbortSignal,
    rounds?: Rounds,
  ): ServedCall {
    const id = String(context.mcpReq.id);
    const key = rounds?.state.key ?? newKey(context);
    return { id, name, args, key, signal, context: new ServedContext(progressTo(context), rounds) };
  }
}

/** Returns the key of a new call. It is random, because the ids of requests are unique only within a connection. */
const newKey = ({ mcpReq }: ServerContext): string => `mcp/${crypto.randomUUID()}/${String(mcpReq.id)}`;

const NO_ELICITATION =
  'Not run: a person must approve this call first, and this client does not support elicitation.';
const DENIED = 'Not run: the person did not approve the call.';
/** Maximum length of the arguments in the question for an approval. */
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
  message: `May ${name} run with ${truncateText(JSON.stringify(args), MAX_CHARACTERS)}?`,
  requestedSchema: { type: 'object', properties: {} },
});

function actionOf(answer: unknown): 'accept' | 'decline' | undefined {
  if (!isRecord(answer)) return undefined;
  return answer['action'] === 'accept' ? 'accept' : 'decline';
}

/** Returns a function that sends the progress to the client, if the client requested it. */
function progressTo({ mcpReq }: ServerContext): (progress: McpProgress) => void {
  const progressToken = mcpReq._meta?.progressToken;
  return (progress) => {
    if (progressToken === undefined) return;
    const notification = { ...definedMembers(progress), progress: progress.progress, progressToken };
    // The client may have disconnected.
    mcpReq.notify({ method: 'notifications/progress', params: notification }).catch(() => undefined);
  };
}
