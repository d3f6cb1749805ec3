import { LlmError, type ChatResponse, type PartialResponse } from '@majordomo/core';
import { copyWithCallSite, type CallSite, type Ending, type Source } from '@majordomo/core/toolkit';
import { deliveredError } from './delivered-error.ts';
import { attemptsOf, type GuardedCall } from './guarded-call.ts';

/** Stream of a model. */
interface ModelStream<Event> extends AsyncIterable<Event> {
  response(): Promise<ChatResponse>;
}

/** Call site, and the generator of the stream's events. The generator opens the model's stream with `open`. */
interface SourceOptions<Event, Response> {
  readonly site: CallSite;
  readonly events: (source: GuardedSource<Event, Response>) => AsyncGenerator<readonly Event[], undefined>;
}

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
  private modelError: { readonly error: unknown } | undefined;
  private failure: Promise<unknown> | undefined;
  private isPulling = false;
  private isOver = false;

  constructor(
    call: GuardedCall,
    { site, events }: SourceOptions<Event, Response>,
    onEnd: (ending: Ending<Response>) => void,
  ) {
    this.call = call;
    this.site = site;
    this.onEnd = onEnd;
    this.events = events(this);
  }

  async pull(): Promise<readonly Event[] | undefined> {
    this.isPulling = true;
    try {
      const { done, value } = await this.events.next();
      return done === true ? undefined : value;
    } catch (error) {
      throw await this.fail(error);
    } finally {
      this.isPulling = false;
      this.reportModelError();
    }
  }

  abandon(why: string): void {
    if (this.isOver) return;
    void this.fail(new LlmError('aborted', why, { code: 'abandoned' })).then((error) => {
      this.onEnd({ error });
    });
  }

  /** Returns the events of the model's stream. */
  open<E>(stream: ModelStream<E>): AsyncIterator<E> {
    const iterator = stream[Symbol.asyncIterator]();
    this.stream = stream;
    this.iterator = iterator;
    stream.response().catch((error: unknown) => {
      this.modelError = { error };
      this.reportModelError();
    });
    return iterator;
  }

  /** Reports the response. Call this before the last event is delivered. */
  end(result: Response): void {
    this.isOver = true;
    this.call.release();
    this.onEnd({ result });
  }

  /** Ends `response()` if the model failed between two reads, for example because the caller aborted. */
  private reportModelError(): void {
    if (this.modelError === undefined || this.isPulling || this.isOver) return;
    this.onEnd({ error: this.errorFor(this.modelError.error) });
  }

  /** Closes the model's stream, and returns the error for the caller. Later causes are ignored. */
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
