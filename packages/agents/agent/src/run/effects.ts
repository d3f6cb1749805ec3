import { LlmError, type CallOptions, type Message, type ToolCallPart } from '@majordomo/core';
import { Semaphore } from '@majordomo/core/toolkit';
import type { RecordStore } from '@majordomo/records';
import { approvalsNeeded } from '../tools/approval.ts';
import { remaining, tokensOf, type CostOf } from '../budget/budget.ts';
import { checkBudget } from '../budget/check-budget.ts';
import { runAround } from './around.ts';
import { CallMeter } from './call-meter.ts';
import { requestTurn, type ModelTurn } from './model-call.ts';
import { checkRecords, claimCall } from '../state/claims.ts';
import type { Emit } from '../stream/event.ts';
import { hookWarning, type Hooks, type Observers } from './hooks.ts';
import { waitingRunOf } from '../state/call-paths.ts';
import { messagesFrom } from '../state/messages-from.ts';
import type { Effects, RunResult, Turn } from '../loop/loop.ts';
import { startKey, toolKey } from '../state/names.ts';
import { nestingOf, withNesting } from './nesting.ts';
import type { AgentParts } from './agent-parts.ts';
import { innerHost, type RunningCounts } from './inner-host.ts';
import { runCall, unknownOutcome } from './run-tool.ts';
import { Scope } from './scope.ts';
import type { ToolRun } from './tool-run.ts';
import { costError, costOfAnswer, failedWorkOf, recordFailedWork, spentByFailure } from '../loop/spending.ts';
import { callsOf, errorResult, type Answer, type RunState, type ToolOutcome } from '../state/state.ts';
import { StepReports } from './step-report.ts';
import { abortedWhileWaiting, isOverMaxCalls, overMaxCalls } from '../tools/tool-limits.ts';
import { ToolOrder } from '../tools/tool-order.ts';
import { loadingResult } from '../tools/tool-search.ts';
import { withDecidedArgs, withArgsNote } from '../state/decided-args.ts';

/** Options for the effects of a run. */
export interface EffectsIo extends Observers {
  /** Id of the run, which is the first part of `ToolContext.key`. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly context?: unknown;
  /**
   * Store that admits each call of a tool with `effect: 'once'` only once, also of sub-agents. All processes that may continue the run
   * must share the store.
   * @default the effects contain no `claim`; `drive` then rejects an agent with such a tool with `config`
   *
   * @example agent.effects({ runId, signal, records: sqliteStores('runs.db').records })
   */
  readonly records?: RecordStore | undefined;
  /** Listener for events. If the listener is set, responses are streamed. A returned promise delays the stream. */
  readonly onEvent?: Emit | undefined;
  /**
   * Options of the model calls. `timeouts.totalMs` limits a model call with its hooks, not the complete step. The key of a model call is
   * `<run>/<step>`.
   */
  readonly options?: Omit<CallOptions, 'key'> | undefined;
}

/** Effects that `Agent.effects` returns. */
export interface AgentEffects
  extends Pick<Effects, 'callModel' | 'steer' | 'claim'>, Required<Pick<Effects, 'needsApproval'>> {
  /** Runs one tool call. `ended`: returns the result of the call's sub-agent. Set if the caller has driven the sub-agent. */
  readonly runTool: (
    call: ToolCallPart,
    state: RunState,
    ended?: () => Promise<RunResult>,
  ) => Promise<ToolOutcome>;
}

interface LocalRun {
  readonly agent: AgentParts;
  readonly io: EffectsIo;
  readonly reports: StepReports;
  readonly toolOrder: ToolOrder;
  readonly toolSlots: Semaphore;
  readonly innerCounts: RunningCounts;
  /** First part of the keys of the model calls; `undefined` for calls without a key. */
  readonly callKey: string | undefined;
}

/** Returns the effects for a driver, which may continue the run in another process. */
export function driverEffects(agent: AgentParts, { records, ...io }: EffectsIo): AgentEffects {
  const reports = new StepReports(agent.hooks, io);
  if (records === undefined) return localEffects(agent, io, reports, io.runId);
  checkRecords('effects', records);
  const { options = {} } = io;
  // Sub-agents inherit the store.
  const nested = { ...io, options: withNesting(options, { ...nestingOf(options), records }) };
  return { ...localEffects(agent, nested, reports, io.runId), claim: claimEffect(agent, io, records) };
}

/** Returns the effects that call the model and the tools in this process. `reports` notifies observers and readers. */
export function localEffects(
  agent: AgentParts,
  io: EffectsIo,
  reports: StepReports,
  callKey: string | undefined,
): AgentEffects {
  const toolSlots = new Semaphore(agent.toolConcurrency);
  const innerCounts: RunningCounts = new Map();
  const run = { agent, io, reports, toolOrder: new ToolOrder(), toolSlots, innerCounts, callKey };
  const { steer } = agent.hooks;
  return {
    callModel: (state, turn) => callModel(state, turn, run),
    needsApproval: (calls, state) =>
      withinStepLimits(state, run, (scope) =>
        scope.race(() =>
          approvalsNeeded(calls, state, agent.active(state).tools, { ...io.options, signal: scope.signal }),
        ),
      ),
    runTool: (call, state, ended) =>
      toolSlots.run(io.signal, () => callTool(call, state, ended, run), abortedWhileWaiting),
    ...(steer && { steer: (state) => steeringMessages(state, steer, run) }),
  };
}

async function callModel(state: RunState, turn: Turn | undefined, run: LocalRun): Promise<Answer> {
  const { agent, io, reports, toolOrder, callKey } = run;
  const began = agent.clock.now();
  const cost = costFunction(run);
  const isRequired = state.budget?.maxUsd !== undefined;
  checkBudget(state.budget, cost !== undefined, 'state.budget');
  let made: ModelTurn | undefined;
  // `undefined` as soon as `cost` is called. It must not be called again if it has failed or its result would be late.
  let unusedCost = cost;
  const turnWithCost = withinStepLimits(state, run, async (scope) => {
    await scope.race(() => reports.startStep(state));
    made = await requestTurn(state, turn, agent.active(state), {
      scope,
      options: io.options,
      callKey,
      reports,
      toolOrder,
      messages: agent.view(state),
    });
    const { response } = made;
    const warn = (why: string): void => reports.warn({ action: 'dropped', what: 'cost', why });
    const nanoUsd = await scope.race(() => {
      unusedCost = undefined;
      return costOfAnswer(response, cost, isRequired, warn);
    });
    return { ...made, nanoUsd };
  });
  const { response, offered, nanoUsd } = await turnWithCost.catch(async (cause: unknown) => {
    const error = made === undefined ? cause : costError(cause, made.response);
    const ms = agent.clock.now() - began;
    const spent = isMetered(state, cost)
      ? await spentByFailure(error, unusedCost, agent.clock, ms)
      : undefined;
    if (made !== undefined || spent !== undefined)
      recordFailedWork(error, { usage: made?.response.usage, spent });
    throw error;
  });
  const spent = {
    nanoUsd: String(nanoUsd),
    tokens: tokensOf(response.attempts),
    ms: agent.clock.now() - began,
  };
  await reports.addResponse(state.steps + 1, response);
  const { id, target, message, finish, usage, warnings } = response;
  // Owner of the calls with `effect: 'once'`, which may start them without a claim.
  const by = callsOf(message).some((call) => agent.rules.isOnce(call, state))
    ? agent.started.ownerId()
    : undefined;
  return {
    id,
    target,
    message,
    finish,
    usage,
    warnings: [...warnings, ...reports.takeWarnings()],
    ...(offered === undefined ? {} : { offered }),
    ...(by === undefined ? {} : { by }),
    ...(isMetered(state, cost) && { spent }),
  };
}

/** Returns the cost function of the agent. If the agent has none, returns the cost function of the calling run. */
const costFunction = ({ agent, io }: LocalRun): CostOf | undefined =>
  agent.cost ?? nestingOf(io.options ?? {}).cost;

/** Whether the amounts that the run spends are recorded. */
const isMetered = ({ budget }: RunState, cost: CostOf | undefined): boolean =>
  budget !== undefined || cost !== undefined;

/** Runs a tool call, reports its start and end, and returns its outcome with the amounts that it spent. */
async function callTool(
  originalCall: ToolCallPart,
  state: RunState,
  ended: (() => Promise<RunResult>) | undefined,
  run: LocalRun,
): Promise<ToolOutcome> {
  const { agent, reports } = run;
  const call = withDecidedArgs(originalCall, state);
  await reports.startTool(call, state);
  const began = agent.clock.now();
  const meter = new CallMeter(isMetered(state, costFunction(run)));
  // The journal and the transcript need only the content.
  const { value: _value, ...outcome } = await outcomeOf(call, state, ended, meter, run);
  const outcomeWithNote = call === originalCall ? outcome : withArgsNote(outcome, call);
  const ms = agent.clock.now() - began;
  await reports.endTool(call, outcomeWithNote, ms, state);
  const spent = meter.spent(outcomeWithNote.usage, ms);
  return spent === undefined ? outcomeWithNote : { ...outcomeWithNote, spent };
}

/** Runs a tool call if it may run. Otherwise, returns an error result, or the result that loads the tool. */
async function outcomeOf(
  call: ToolCallPart,
  state: RunState,
  ended: (() => Promise<RunResult>) | undefined,
  meter: CallMeter,
  run: LocalRun,
): Promise<ToolOutcome> {
  const { agent, io } = run;
  const { runId } = io;
  const key = toolKey(runId, state, call);
  const { tools } = agent.active(state);
  const tool = tools.find(call.name, state.offered);
  const view = { offered: state.offered, messages: agent.view(state) };
  if (!tools.isLoaded(call.name, view)) return loadingResult(call);
  if (tool && isOverMaxCalls(tool, call, state)) return errorResult(call, overMaxCalls(tool));
  // A sub-agent that has waited, or that a journal has driven, may continue, although its call has already started.
  const continues = ended !== undefined || waitingRunOf(state, call.id) !== undefined;
  if (tool?.effect === 'once' && !continues && !mayStart(call, state, run)) return unknownOutcome(call, key);
  const toolRun = {
    tool,
    call,
    names: tools.known(view.offered, view.messages).map(({ name }) => name),
    context: callContext(call, key, state, ended, meter, run),
    clock: agent.clock,
  };
  return runAround(agent.around, { type: 'tool', runId, call }, () =>
    runCall(toolRun, innerHost(call, state, run)).catch((error: unknown) => {
      const usage = failedWorkOf(error)?.usage;
      recordFailedWork(error, { usage, spent: meter.spent(usage, 0) });
      throw error;
    }),
  );
}

/** Returns the context of a tool call, which contains what a sub-agent inherits. */
function callContext(
  call: ToolCallPart,
  key: string,
  state: RunState,
  ended: (() => Promise<RunResult>) | undefined,
  meter: CallMeter,
  run: LocalRun,
): ToolRun['context'] {
  const { signal, context, options = {} } = run.io;
  const { depth, records } = nestingOf(options);
  return withNesting(
    { signal, callId: call.id, key, context, options, depth },
    {
      depth,
      records,
      cost: costFunction(run),
      ended,
      run: waitingRunOf(state, call.id),
      left: state.budget && remaining(state.budget, state.spent),
      spend: (spent, usage) => {
        meter.add(spent, usage);
      },
    },
  );
}

/** Records the start of a call with `effect: 'once'`, and returns whether it may start. */
export const mayStart = (
  call: ToolCallPart,
  state: RunState,
  { agent, io: { runId } }: Pick<LocalRun, 'agent' | 'io'>,
): boolean => agent.started.mayBegin(startKey(runId, state, call), state.claims?.[call.id] ?? state.by);

const ANOTHER_PROCESS = 'another process';

/** Returns the effect that claims calls in the store. If no store is set, the agent itself is the owner of every call. */
export function claimEffect(
  agent: AgentParts,
  io: EffectsIo,
  records: RecordStore | undefined,
): NonNullable<Effects['claim']> {
  if (records === undefined) return () => Promise.resolve(agent.started.ownerId());
  return async (call, state) => {
    const key = startKey(io.runId, state, call);
    const isFirst = await withinStepLimits(state, { agent, io }, (scope) =>
      scope.race(() => claimCall(records, key)),
    );
    return isFirst ? agent.started.ownerId() : ANOTHER_PROCESS;
  };
}

async function steeringMessages(
  state: RunState,
  steer: NonNullable<Hooks['steer']>,
  run: LocalRun,
): Promise<readonly Message[]> {
  return withinStepLimits(state, run, async (scope) => {
    try {
      return messagesFrom((await scope.race(() => steer(state))) ?? []);
    } catch (error) {
      if (scope.signal.aborted) throw error;
      run.reports.warn(hookWarning('steer', error));
      return [];
    }
  });
}

/** Runs a hook or a model call of a step. Rejects if the run is aborted or `totalMs` of the call options has passed. */
async function withinStepLimits<T>(
  state: RunState,
  { agent, io }: Pick<LocalRun, 'agent' | 'io'>,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const { signal, options } = io;
  const ms = options?.timeouts?.totalMs;
  const message = `step ${state.steps + 1}: a model call or hook exceeded ${ms ?? 0} ms; raise totalMs`;
  const createError = (): LlmError => new LlmError('timeout', message, { phase: 'total' });
  const scope = new Scope({ signal, ms, clock: agent.clock, createError });
  try {
    return await work(scope);
  } catch (error) {
    if (scope.timeoutError !== undefined) throw withAttempts(scope.timeoutError, error);
    throw signal.aborted && !LlmError.is(error) ? abortError(signal) : error;
  } finally {
    scope.close();
  }
}

function withAttempts(late: Error, error: unknown): Error {
  if (!LlmError.is(late) || !LlmError.is(error)) return late;
  const { attempts, partial } = error.details;
  const details = { ...late.details, attempts, partial };
  return new LlmError(late.kind, late.message, details, { cause: error.cause });
}

const abortError = ({ reason }: AbortSignal): LlmError =>
  new LlmError('aborted', 'the run was aborted', {}, { cause: reason });
