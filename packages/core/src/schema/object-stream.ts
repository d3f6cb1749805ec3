import { LlmError } from '../contract/llm-error.ts';
import { calledAt } from '../error/call-site.ts';
import type { PartialJson } from '../json/partial.ts';
import type { CallOptions } from '../contract/call.ts';
import type { StreamEvent } from '../contract/event.ts';
import type { DeepPartial, ObjectResponse, ObjectStream, TypedRequest } from '../contract/majordomo.ts';
import type { TypedCalls } from './typed-calls.ts';
import type { OutputRoot } from './root.ts';

/**
 * Snapshots of the value as it grows, each a whole of its own, the last one checked. A snapshot replaces the one
 * before, so that a restart or a repair round needs no word: the next snapshot is simply smaller.
 */
export function streamObject<T>(
  calls: TypedCalls,
  request: TypedRequest<T>,
  options?: CallOptions,
): ObjectStream<T> {
  return new SnapshotStream(calls, request, { ...options, afterCommit: 'restart' });
}

type Outcome<T> = { readonly response: ObjectResponse<T> } | { readonly error: unknown };

type Result<T> = IteratorResult<DeepPartial<T>, undefined>;
const DONE: Result<never> = { done: true, value: undefined };

class SnapshotStream<T> implements ObjectStream<T> {
  private readonly calls: TypedCalls;
  private readonly request: TypedRequest<T>;
  private readonly options: CallOptions;
  private iterated = false;
  private outcome: Outcome<T> | undefined;
  private readonly waiting: (() => void)[] = [];
  /** The round under way. */
  private round: AsyncIterator<StreamEvent> | undefined;
  private left = false;
  /** Reads that a reader who leaves does not wait for. */
  private readonly reads = new Set<(done: Result<T>) => void>();

  constructor(calls: TypedCalls, request: TypedRequest<T>, options: CallOptions) {
    this.calls = calls;
    this.request = request;
    this.options = options;
  }

  [Symbol.asyncIterator](): AsyncIterator<DeepPartial<T>, undefined> {
    if (this.iterated)
      throw new LlmError('config', 'a stream is read once: keep its snapshots, or its response()');
    this.iterated = true;
    const snapshots = this.snapshots();
    return {
      next: () => this.read(snapshots),
      return: () => {
        this.leave(snapshots);
        return Promise.resolve(DONE);
      },
    };
  }

  private read(snapshots: AsyncGenerator<DeepPartial<T>, undefined>): Promise<Result<T>> {
    if (this.left) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.reads.add(resolve);
      const forget = (): void => void this.reads.delete(resolve);
      snapshots.next().then(resolve, reject).finally(forget);
    });
  }

  /** The call ends at once, also while a read waits for the model. */
  private leave(snapshots: AsyncGenerator<DeepPartial<T>, undefined>): void {
    if (this.left) return;
    this.left = true;
    this.settle({ error: abandoned() });
    for (const resolve of this.reads) resolve(DONE);
    // What they say to that has been said above.
    this.round?.return?.().catch(() => undefined);
    snapshots.return(undefined).catch(() => undefined);
  }

  async response(): Promise<ObjectResponse<T>> {
    if (!this.iterated) void this.drain();
    if (this.outcome === undefined) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.outcome === undefined) throw new LlmError('protocol', 'the stream ended without an outcome');
    if ('error' in this.outcome) throw this.outcome.error;
    return this.outcome.response;
  }

  private async *snapshots(): AsyncGenerator<DeepPartial<T>, undefined> {
    try {
      const response = yield* this.rounds();
      this.settle({ response });
      yield response.value as DeepPartial<T>;
    } catch (cause) {
      const error = calledAt(this.calls.site, cause);
      this.settle({ error });
      throw error;
    }
    return undefined;
  }

  private async *rounds(): AsyncGenerator<DeepPartial<T>, ObjectResponse<T>> {
    const [{ ObjectRounds }, { PartialJson }] = await Promise.all([
      import('./rounds.ts'),
      import('../json/partial.ts'),
    ]);
    const rounds = new ObjectRounds<T>(this.request, this.options, this.calls.limits(this.options));
    try {
      for (;;) {
        if (this.left) throw abandoned();
        const stream = this.calls.stream(rounds.request, rounds.options(), rounds.pick);
        this.round = stream[Symbol.asyncIterator]();
        // A round can end while nobody reads: by an abort, or by its time.
        stream.response().catch((error: unknown) => {
          this.settle({ error: calledAt(this.calls.site, rounds.failed(error)) });
        });
        yield* looks<T>(this.round, rounds.root, () => new PartialJson());
        const answer = await rounds.take(await stream.response());
        if (answer !== undefined) return answer;
      }
    } catch (error) {
      throw rounds.failed(error);
    } finally {
      rounds.close();
    }
  }

  private async drain(): Promise<void> {
    try {
      for await (const _snapshot of this);
    } catch {
      // response() rejects with it.
    }
  }

  /** The first outcome counts. */
  private settle(outcome: Outcome<T>): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    for (const wake of this.waiting.splice(0)) wake();
  }
}

async function* looks<T>(
  events: AsyncIterator<StreamEvent>,
  root: OutputRoot,
  begin: () => PartialJson,
): AsyncGenerator<DeepPartial<T>, void> {
  let json = begin();
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    const event = next.value;
    if (event.type === 'reset') json = begin();
    if (event.type !== 'text-delta' || !json.push(event.text)) continue;
    const value = root.unwrap(json.value());
    if (value !== undefined) yield value as DeepPartial<T>;
  }
}

const abandoned = (): LlmError =>
  new LlmError('aborted', 'the reader left before the end', { code: 'abandoned' });
