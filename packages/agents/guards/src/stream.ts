import {
  LlmError,
  type ChatResponse,
  type Clock,
  type DeepPartial,
  type ObjectResponse,
} from '@majordomo/core';
import type { JsonObject, ObjectSchema, PartialResponse, StreamEvent } from '@majordomo/core';
import { Accumulator, copyWithCallSite, type CallSite } from '@majordomo/core/toolkit';
import type { Ending, Source } from '@majordomo/core/toolkit';
import type { GuardedCall } from './call.ts';
import { attemptsOf, deliveredError } from './delivered-error.ts';
import { HoldBack } from './hold-back.ts';

/** Stream that the model returns. */
interface ModelStream<Event> extends AsyncIterable<Event> {
  response(): Promise<ChatResponse>;
}

/** Generator of a stream's events. It opens the model's stream with `source.open`, and reports the response with `source.end`. */
type Events<Event, Response> = (
  source: GuardedSource<Event, Response>,
) => AsyncGenerator<readonly Event[], undefined>;

/** Source of a guarded stream. */
export class GuardedSource<Event, Response> implements Source<Event> {
  readonly call: GuardedCall;
  /** Returns the content that the caller has received. */
  partial: () => PartialResponse | undefined = () => undefined;
  private readonly site: CallSite;
  private readonly events: AsyncGenerator<readonly Event[], undefined>;
  private readonly onEnd: (ending: Ending<Response>) => void;
  private stream: ModelStream<unknown> | undefined;
  private iterator: AsyncIterator<unknown> | undefined;
  private pulling: Promise<unknown> | undefined;
  private failure: Promise<unknown> | undefined;
  private isOver = false;

  constructor(
    call: GuardedCall,
    site: CallSite,
    events: Events<Event, Response>,
    onEnd: (ending: Ending<Response>) => void,
  ) {
    this.call = call;
    this.site = site;
    this.onEnd = onEnd;
    this.events = events(this);
  }

  async pull(): Promise<readonly Event[] | undefined> {
    try {
      this.pulling = this.events.next();
      const { done, value } = (await this.pulling) as IteratorResult<readonly Event[], undefined>;
      return done === true ? undefined : value;
    } catch (error) {
      throw await this.fail(error);
    }
  }

  abandon(why: string): void {
    if (this.isOver) return;
    void this.fail(new LlmError('aborted', why, { code: 'abandoned' })).then((error) => {
      this.onEnd({ error });
    });
  }

  /** Returns the events of the model's stream. Also reports a failure of the model that occurs between two reads. */
  open<E>(stream: ModelStream<E>): AsyncIterator<E> {
    const iterator = stream[Symbol.asyncIterator]();
    this.stream = stream;
    this.iterator = iterator;
    // If the model fails between two reads, for example because the caller aborts, no read reports the error.
    stream.response().catch(async (error: unknown) => {
      // A read in progress reports the failure itself, and then `isOver` is set.
      await this.pulling?.catch(() => undefined);
      if (this.isOver) return;
      // The model has already ended, so there is nothing to stop. A later read fails as well, and repeats the error.
      this.call.release();
      this.onEnd({ error: this.errorFor(error) });
    });
    return iterator;
  }

  /** Reports the response. Call this before the last event is delivered. */
  end(result: Response): void {
    this.isOver = true;
    this.call.release();
    this.onEnd({ result });
  }

  /** Closes the model's stream, and returns the error for the caller. A later call returns the error of the first call. */
  private fail(cause: unknown): Promise<unknown> {
    this.failure ??= this.close(cause);
    return this.failure;
  }

  private async close(cause: unknown): Promise<unknown> {
    this.isOver = true;
    this.call.stop();
    this.iterator?.return?.().catch(() => undefined);
    const attempts = await attemptsOf(this.stream?.response());
    this.call.release();
    return this.errorFor(cause, attempts);
  }

  private errorFor(cause: unknown, details = {}): unknown {
    return copyWithCallSite(this.site, deliveredError(cause, this.partial(), details));
  }
}

/** Yields the events of a guarded chat. */
export async function* chatEvents(
  source: GuardedSource<StreamEvent, ChatResponse>,
): AsyncGenerator<readonly StreamEvent[], undefined> {
  const { call } = source;
  const delivered = new Delivered();
  source.partial = () => delivered.partial();
  const { request, options, restorer } = await call.prepare();
  const stream = call.guard.model.stream(request, options);
  const events = source.open(stream);
  const holdBack = new HoldBack(call, restorer);
  let next: Promise<IteratorResult<StreamEvent, unknown>> | undefined = events.next();
  // The model may fail before the input checks end. A refusal takes precedence over that error.
  next.catch(() => undefined);
  await call.inputPassed();
  let last: readonly StreamEvent[] = [];
  for (;;) {
    next ??= events.next();
    const step = await beforeDue(next, holdBack.due, call.runner.clock);
    if (step?.done === true) break;
    const passed = await (step === undefined ? holdBack.flush() : holdBack.push(step.value));
    if (step !== undefined) next = undefined;
    // Deliver the `finish` event only after the response has been reported.
    if (step?.value.type === 'finish') last = passed;
    else if (passed.length > 0) yield passed.map((event) => delivered.add(event));
  }
  source.end(call.answered(await stream.response(), restorer));
  if (last.length > 0) yield last;
  return undefined;
}

/** Yields the snapshots of a guarded typed answer. If the model has output checks, the only snapshot is the final value. */
export const objectSnapshots = <T>(output: ObjectSchema<T> | JsonObject) =>
  async function* (
    source: GuardedSource<DeepPartial<T>, ObjectResponse<T>>,
  ): AsyncGenerator<readonly DeepPartial<T>[], undefined> {
    const { call } = source;
    const { model, options } = call.guard;
    let response: ObjectResponse<T>;
    if ((options.output ?? []).length > 0)
      response = await call.complete((prepared) => {
        const schema = prepared.restorer.schema(output);
        return model.generateObject({ ...prepared.request, output: schema }, prepared.options);
      });
    else {
      const prepared = await call.prepare();
      const { restorer } = prepared;
      const request = { ...prepared.request, output: restorer.schema(output) };
      const stream = model.streamObject(request, prepared.options);
      const snapshots = source.open(stream);
      const first = snapshots.next();
      first.catch(() => undefined);
      await call.inputPassed();
      for (let step = await first; step.done !== true; step = await snapshots.next())
        yield [restorer.snapshot(step.value)];
      response = call.answered(await stream.response(), restorer);
    }
    source.end(response);
    yield [response.value as DeepPartial<T>];
    return undefined;
  };

/** Content that the caller of a stream has received. */
class Delivered {
  private target = '';
  /** Collects the content. Its target is empty, because `partial` replaces it. */
  private answer = new Accumulator('');

  /** Records and returns an event. If the event has an error, the returned error contains only delivered content. */
  add(event: StreamEvent): StreamEvent {
    if (event.type === 'start' || event.type === 'continued') this.target = event.target;
    if (event.type !== 'reset' && event.type !== 'continued') {
      this.answer.push(event);
      return event;
    }
    const error = deliveredError(event.error, this.partial());
    if (event.type === 'reset') this.answer = new Accumulator('');
    return { ...event, error };
  }

  partial(): PartialResponse | undefined {
    const partial = this.answer.partial();
    return partial && { ...partial, target: this.target };
  }
}

/** Returns the result of the promise, or `undefined` if the promise has not settled at the time `due`. */
function beforeDue<T>(promise: Promise<T>, due: number | undefined, clock: Clock): Promise<T | undefined> {
  if (due === undefined) return promise;
  return new Promise((resolve, reject) => {
    const cancel = clock.timer(Math.max(0, due - clock.now()), () => {
      resolve(undefined);
    });
    promise.then(resolve, reject).finally(cancel);
  });
}
