import type {
  ChatResponse,
  Clock,
  DeepPartial,
  JsonObject,
  ObjectResponse,
  ObjectSchema,
  PartialResponse,
  StreamEvent,
} from '@majordomo/core';
import { Accumulator } from '@majordomo/core/toolkit';
import { deliveredError } from './delivered-error.ts';
import type { GuardedSource } from './guarded-source.ts';
import { HoldBack } from './hold-back.ts';

/** Creates the events of a guarded chat. */
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
  // A refusal of the input takes precedence over an error of the model.
  next.catch(() => undefined);
  await call.inputPassed();
  let last: readonly StreamEvent[] = [];
  for (;;) {
    next ??= events.next();
    const step = await beforeDue(next, holdBack.due, call.runner.clock);
    if (step?.done === true) break;
    const passed = await (step === undefined ? holdBack.flush() : holdBack.push(step.value));
    if (step !== undefined) next = undefined;
    // The `finish` event is delivered after the response is known.
    if (step?.value.type === 'finish') last = passed;
    else if (passed.length > 0) yield passed.map((event) => delivered.add(event));
  }
  source.end(call.answered(await stream.response(), restorer));
  if (last.length > 0) yield last;
  return undefined;
}

/** Creates the snapshots of a guarded typed answer. If the model has output checks, the only snapshot is the final value. */
export const objectSnapshots = <T>(output: ObjectSchema<T> | JsonObject) =>
  async function* (
    source: GuardedSource<DeepPartial<T>, ObjectResponse<T>>,
  ): AsyncGenerator<readonly DeepPartial<T>[], undefined> {
    const { call } = source;
    const { model, options } = call.guard;
    if ((options.output?.length ?? 0) > 0) {
      const response = await call.object<T>(output);
      source.end(response);
      yield [response.value as DeepPartial<T>];
      return undefined;
    }
    const prepared = await call.prepare();
    const { restorer } = prepared;
    const schema = restorer.schema<T>(output, () => undefined);
    const stream = model.streamObject<T>({ ...prepared.request, output: schema }, prepared.options);
    const snapshots = source.open(stream);
    const first = snapshots.next();
    first.catch(() => undefined);
    await call.inputPassed();
    for (let step = await first; step.done !== true; step = await snapshots.next())
      yield [restorer.snapshot(step.value)];
    const response = call.answered(await stream.response(), restorer);
    source.end(response);
    yield [response.value as DeepPartial<T>];
    return undefined;
  };

/** Content that the caller of a stream has received. */
class Delivered {
  private target = '';
  private answer = new Accumulator('');

  /** Records an event, and returns the event. Its error contains only delivered content. */
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

/** Returns the result of the promise, or `undefined` at the given time. */
async function beforeDue<T>(
  promise: Promise<T>,
  due: number | undefined,
  clock: Clock,
): Promise<T | undefined> {
  if (due === undefined) return promise;
  let cancel: (() => void) | undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.timer(Math.max(0, due - clock.now()), () => {
      resolve(undefined);
    });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel?.();
  }
}
