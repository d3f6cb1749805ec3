import {
  LlmError,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Message,
  type ToolSpec,
} from '@majordomo/core';
import { definedMembers } from '@majordomo/core/toolkit';
import { isKnownWarning } from '../loop/advance.ts';
import { answerText } from '../loop/answer-text.ts';
import { hookWarning } from './hooks.ts';
import { checkStepSettings, type StepSettings } from './step-settings.ts';
import type { Turn } from '../loop/loop.ts';
import { messagesFrom } from '../state/messages-from.ts';
import type { AgentParts } from './agent-parts.ts';
import type { Scope } from './scope.ts';
import type { RunState } from '../state/state.ts';
import type { StepReports } from './step-report.ts';
import { hasSameItems, type ToolOrder } from '../tools/tool-order.ts';
import { withLoadedTools } from '../tools/tool-search.ts';

/** Maximum length of `CallOptions.key`, in characters. */
const MAX_KEY = 200;

/** Response of the model to a step. */
export interface ModelTurn {
  readonly response: ChatResponse;
  /** Names of the tools that the response may call; `undefined` for all tools. */
  readonly offered: readonly string[] | undefined;
}

interface ModelCallIo {
  readonly scope: Scope;
  readonly options: CallOptions | undefined;
  /** First part of the keys of the model calls; `undefined` for calls without a key. */
  readonly callKey: string | undefined;
  readonly reports: StepReports;
  readonly toolOrder: ToolOrder;
  /** Messages that the active agent receives. */
  readonly messages: readonly Message[];
}

/** Calls the model for a step. If the request is too long for the model, calls it once more with messages that `compact` shortens. */
export async function requestTurn(
  state: RunState,
  turn: Turn | undefined,
  agent: AgentParts,
  io: ModelCallIo,
): Promise<ModelTurn> {
  const step = state.steps + 1;
  renewTools(agent, io);
  const { prepareStep } = agent.hooks;
  const settings = (await io.scope.race(() => prepareStep?.({ step, state }))) ?? {};
  if (prepareStep !== undefined) checkStepSettings(settings);
  const { model = agent.model, tools: offered } = settings;
  const tools = io.toolOrder.arrange(agent.tools.offered(offered, io.messages));
  const request = requestOf(io, settings, tools, turn?.textOnly ?? false, agent);
  const callable = callableTools(request.toolChoice) ?? offered;
  const first = await compactedRequest(request, state, undefined, agent, io);
  try {
    return { response: await generateOrEmpty(model, first, withKey(io, step), state), offered: callable };
  } catch (error) {
    if (agent.hooks.compact === undefined || !LlmError.is(error, 'context-overflow')) throw error;
    const second = await compactedRequest(request, state, error, agent, io);
    // `compact` has not shortened the messages, so the same request would fail again.
    if (hasSameItems(first.messages, second.messages)) throw error;
    const response = await generateOrEmpty(model, second, withKey(io, step, '/2'), state);
    const attempts = [...error.details.attempts, ...response.attempts];
    return { response: { ...response, attempts }, offered: callable };
  }
}

/** Returns the names of the tools that the step may call, or `undefined` if the tool choice does not restrict them. */
function callableTools(choice: ChatRequest['toolChoice']): readonly string[] | undefined {
  if (choice === 'none') return [];
  return typeof choice === 'object' ? [choice.name] : undefined;
}

/**
 * Returns the options with the key of a model call. A repeated run finds the job of a step by this key. `suffix` distinguishes the
 * second request of a step from the first.
 */
function withKey(io: ModelCallIo, step: number, suffix = ''): ModelCallIo {
  const { callKey, reports } = io;
  const key = callKey === undefined ? undefined : `${callKey}/${step}${suffix}`;
  if (key === undefined || key.length <= MAX_KEY) return { ...io, options: { ...io.options, key } };
  const why = `it has more than ${MAX_KEY} characters, so a repeated run does not continue the job of this step`;
  reports.warn({ action: 'dropped', what: 'key', why });
  return { ...io, options: { ...io.options, key: undefined } };
}

function renewTools({ tools }: AgentParts, { reports }: ModelCallIo): void {
  try {
    tools.renew();
  } catch (error) {
    reports.warn(hookWarning('toolboxes', error));
  }
}

function requestOf(
  { messages }: ModelCallIo,
  settings: StepSettings,
  tools: readonly ToolSpec[],
  textOnly: boolean,
  agent: AgentParts,
): ChatRequest {
  const { model: _model, instructions = agent.instructions, tools: _offered, ...own } = settings;
  return {
    ...agent.settings,
    ...definedMembers(own),
    messages,
    system: instructions,
    // Core rejects a choice that names a tool which the request does not contain.
    ...(tools.length === 0 ? { toolChoice: undefined } : { tools }),
    ...(tools.length > 0 && textOnly ? { toolChoice: 'none' } : {}),
  };
}

async function compactedRequest(
  request: ChatRequest,
  state: RunState,
  overflow: LlmError | undefined,
  { hooks: { compact } }: AgentParts,
  { scope, reports, messages }: ModelCallIo,
): Promise<ChatRequest> {
  if (compact === undefined) return request;
  const { usage, target } = reports.latest ?? { usage: undefined, target: undefined };
  const context = { step: state.steps + 1, state, signal: scope.signal, usage, target, request, overflow };
  try {
    const compacted = messagesFrom(await scope.race(() => compact(messages, context)));
    return withLoadedTools({ ...request, messages: compacted }, messages);
  } catch (error) {
    if (scope.signal.aborted) throw error;
    reports.warn(hookWarning('compact', error));
    return request;
  }
}

async function generateOrEmpty(
  model: ChatModel,
  request: ChatRequest,
  io: ModelCallIo,
  state: RunState,
): Promise<ChatResponse> {
  try {
    if (io.reports.isWatched) return await generateStreamed(model, request, io, state);
    return await model.generate(request, { ...io.options, signal: io.scope.signal });
  } catch (error) {
    // An empty turn ends a run that already has an answer.
    const hasAnswer = state.steps > 0 && answerText(state.messages).trim() !== '';
    if (!hasAnswer || !LlmError.is(error, 'empty')) throw error;
    return emptyResponse(model, error);
  }
}

async function generateStreamed(
  model: ChatModel,
  request: ChatRequest,
  { scope, options, reports }: ModelCallIo,
  { warnings }: RunState,
): Promise<ChatResponse> {
  const stream = model.stream(request, { ...options, signal: scope.signal });
  try {
    for await (const event of stream) {
      // A warning about the request usually recurs in every step, so emit the warning only once.
      if (event.type === 'warning' && isKnownWarning(event.warning, warnings)) continue;
      const caughtUp = reports.emit({ type: 'model', event });
      if (caughtUp !== undefined) await scope.race(() => caughtUp);
    }
  } catch (error) {
    if (!scope.signal.aborted) throw error;
    // Prefer the error of `response()`, because only that error contains the partial response.
    throw await stream.response().then(
      () => error,
      (ended: unknown) => ended,
    );
  }
  return stream.response();
}

function emptyResponse({ spec }: ChatModel, { details }: LlmError): ChatResponse {
  const last = details.attempts.findLast(({ outcome }) => outcome === 'failed');
  const target = last?.target ?? spec;
  return {
    id: undefined,
    target,
    spec,
    message: { role: 'assistant', parts: [] },
    parts: [],
    text: '',
    toolCalls: [],
    finish: 'stop',
    rawFinish: undefined,
    usage: last?.usage,
    warnings: [
      { action: 'repaired', what: 'answer', why: 'the last turn was empty; an earlier text is the answer' },
    ],
    attempts: details.attempts,
  };
}
