import { eventsOf } from '../call/attempt-reader.ts';
import { answerFields, attemptError, targetFields } from '../call/call-log.ts';
import type { PreparedCall } from '../call/contract.ts';
import type { ChainSettings } from '../call/settings.ts';
import { decisionFor } from '../errors/policy.ts';
import type { Target } from '../resolve/resolve.ts';
import { EventStream, type Ending, type Source } from '../stream/pulled-stream.ts';
import type { CallInfo, Clock } from '../types/call-options.ts';
import { type Attempt, LlmError, withDetails } from '../types/llm-error.ts';
import type { ModelContext } from '../types/provider.ts';
import type { ChatResponse, ModelEvent, StreamEvent } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';

/** Facts about an attempt that does not belong to a call. */
export interface AttemptFacts {
  readonly target: Target;
  readonly info: CallInfo;
  readonly settings: ChainSettings;
  readonly clock: Clock;
}

/** Runs one attempt. Yields its events, and returns the response or throws the error that a live call with one attempt returns. */
async function* runEvents<Event extends object, Response>(
  prepared: PreparedCall<Event, Response>,
  context: ModelContext,
  { target, info, settings, clock }: AttemptFacts,
): AsyncGenerator<readonly Event[], Response> {
  const startedAt = clock.now();
  const answer = prepared.newAnswer();
  let reportedUsage: Usage | undefined;
  const reportUsage = (usage: Usage): void => {
    reportedUsage = usage;
  };
  const record = (outcome: Attempt['outcome'], error?: LlmError): Attempt => ({
    ...targetFields(target),
    outcome,
    error,
    ms: clock.now() - startedAt,
    ...answerFields(answer, error, reportedUsage),
  });
  try {
    let hasBegun = false;
    for await (const events of eventsToFinish(
      prepared.open({ ...context, reportUsage }),
      answer,
      target.key,
    )) {
      if (events.length === 0) continue;
      yield hasBegun ? events : answer.opening(events);
      hasBegun = true;
    }
    const fault = answer.fault();
    if (fault !== undefined && decisionFor(fault.kind, settings.policy).accept !== true) throw fault;
    return answer.result({ spec: info.spec, attempts: [record('finished')] });
  } catch (cause) {
    const { request } = prepared;
    const { classify } = settings;
    const error = attemptError(cause, { target: target.key, request, answer, reportedUsage, classify });
    throw withDetails(error, { attempts: [record('failed', error)] });
  }
}

/** Yields the events of each step up to the finish, and adds them to the answer. */
async function* eventsToFinish<Event extends object>(
  steps: AsyncIterator<Event | readonly Event[]>,
  answer: ReturnType<PreparedCall<Event, unknown>['newAnswer']>,
  target: string,
): AsyncGenerator<readonly Event[]> {
  try {
    for (let step = await steps.next(); step.done !== true; step = await steps.next()) {
      const events = eventsOf(step.value);
      const finish = events.findIndex((event) => answer.push(event) === 'finish');
      if (finish === -1) yield events;
      else {
        yield events.slice(0, finish + 1);
        return;
      }
    }
    throw new LlmError('truncated', `${target} ended the stream without a finish event`);
  } finally {
    await steps.return?.();
  }
}

/** Runs one attempt, and returns its response. */
export async function runAttempt<Response>(
  prepared: PreparedCall<object, Response>,
  context: ModelContext,
  facts: AttemptFacts,
): Promise<Response> {
  const run = runEvents(prepared, context, facts);
  for (;;) {
    const step = await run.next();
    if (step.done === true) return step.value;
  }
}

/** Returns the events of one attempt as the stream of a chat. */
export const attemptStream = (
  prepared: PreparedCall<ModelEvent, ChatResponse>,
  context: ModelContext,
  facts: AttemptFacts,
): EventStream =>
  new EventStream((onEnd) => new AttemptSource(prepared, context, facts, onEnd), {
    clock: facts.clock,
    unreadMs: Infinity,
    mayRestart: false,
  });

/** Source of the events of one attempt. An error that `pull` throws is its ending, so `pull` reports only a result. */
class AttemptSource implements Source<StreamEvent> {
  private readonly controller = new AbortController();
  private readonly target: string;
  private readonly run: AsyncGenerator<readonly ModelEvent[], ChatResponse>;
  private readonly onEnd: (ending: Ending<ChatResponse>) => void;

  constructor(
    prepared: PreparedCall<ModelEvent, ChatResponse>,
    context: ModelContext,
    facts: AttemptFacts,
    onEnd: (ending: Ending<ChatResponse>) => void,
  ) {
    const signal = AbortSignal.any([context.signal, this.controller.signal]);
    this.target = context.target;
    this.run = runEvents(prepared, { ...context, signal }, facts);
    this.onEnd = onEnd;
  }

  async pull(): Promise<readonly StreamEvent[] | undefined> {
    const step = await this.run.next();
    if (step.done !== true) return step.value;
    this.onEnd({ result: step.value });
    return undefined;
  }

  abandon(why: string): void {
    const error = new LlmError('aborted', `${this.target}: ${why}`, { code: 'abandoned' });
    this.onEnd({ error });
    this.controller.abort(error);
    // Runs the clean-up of the generator, whose result nothing reads.
    this.run.return(undefined as never).catch(() => undefined);
  }
}
