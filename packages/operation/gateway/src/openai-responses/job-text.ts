import type { ChatJob, JobStream } from '@majordomo/background';
import type { StreamEvent } from '@majordomo/core';
import { Refusal } from '../errors/refusal.ts';
import type { TextSource } from '../response/text-source.ts';
import type { ResponseSource, StoredResponse } from '../response-store.ts';
import { echoOf } from './background-request.ts';
import { jobFailure } from './current-responses.ts';
import { failureOf } from './response.ts';
import { ResponseIds } from './response-ids.ts';
import { ResponsesWriter } from './stream.ts';

/** Distance between the numbers of the events of two legs of a job. */
const LEG = 1_000_000;
/** Number of events that do not depend on the leg: `response.created` and `response.in_progress`. */
const FIRST_EVENTS = 2;
/**
 * Number of the last event of a job without an answer. It does not depend on the earlier events, because another process may not have stored
 * them.
 */
const FAILED = 1_000_000_000;
const RESTARTED = 'response_restarted';

interface JobTextOptions {
  readonly id: string;
  readonly stored: Pick<StoredResponse, 'job' | 'response'>;
  readonly job: ChatJob;
  readonly responses: ResponseSource;
  /** Number of the last event that the client has; -1 for none. */
  readonly after: number;
  /** Signal that ends the reading. The job continues. */
  readonly signal: AbortSignal;
}

/**
 * Events of a background response as text. Each reading numbers the same event equally, in every process, because the events of a job
 * are the same: the events of its leg `n` begin with the number `(n - 1) * 1,000,000 + 2`, and a failure has the number 1,000,000,000.
 */
export class JobText implements TextSource {
  private readonly options: JobTextOptions;
  private readonly stream: JobStream;
  private readonly events: AsyncIterator<StreamEvent>;
  private readonly writer: ResponsesWriter;
  private leg = 1;
  /** Whether the last event of the response is written. */
  private hasFinished = false;
  private isOver = false;

  constructor(options: JobTextOptions) {
    const { id, stored, job, after, signal } = options;
    this.options = options;
    this.stream = job.stream({ signal });
    this.events = this.stream[Symbol.asyncIterator]();
    this.writer = new ResponsesWriter(echoOf(stored), { ids: new ResponseIds(id), after });
  }

  async next(): Promise<string | undefined> {
    const first = this.writer.begin();
    if (first !== '') return first;
    while (!this.isOver) {
      const text = await this.step();
      if (text !== '') return text;
    }
    return undefined;
  }

  /** Returns an error event. The job continues, so that the client can read the rest later. */
  fail(refusal: Refusal): string {
    const { code, message } = failureOf(refusal);
    return this.writer.error(code, message);
  }

  private async step(): Promise<string> {
    let read: IteratorResult<StreamEvent>;
    try {
      read = await this.events.next();
    } catch (error) {
      this.options.signal.throwIfAborted();
      // After the last event, the client has the complete response, so an error of the stream is ignored.
      if (!this.hasFinished) return this.failure(error);
      read = { done: true, value: undefined };
    }
    if (read.done === true) {
      this.isOver = true;
      return this.writer.end();
    }
    const event = read.value;
    // Only warnings differ between two readings.
    if (event.type === 'warning') return '';
    // A cursor is `LEG.INDEX`.
    if (!this.enterLeg(Number(this.stream.cursor?.split('.')[0] ?? 1))) return this.restarted();
    if (event.type !== 'finish') return this.writer.write(event);
    const ended = await this.options.responses.get(this.options.id);
    if (ended === undefined) throw new Refusal('no-such-object', 'the response has been deleted');
    this.hasFinished = true;
    return this.writer.last(ended.response);
  }

  /** Begins a leg. Returns false if the client has events of an earlier leg, from an earlier reading or from this one. */
  private enterLeg(leg: number): boolean {
    if (leg === this.leg) return true;
    const { after } = this.options;
    const hasEarlierEvents = after >= FIRST_EVENTS && Math.floor(after / LEG) + 1 < leg;
    if (hasEarlierEvents || this.writer.hasItems) return false;
    this.leg = leg;
    this.writer.nextNumber = (leg - 1) * LEG + FIRST_EVENTS;
    return true;
  }

  private restarted(): string {
    this.isOver = true;
    const message =
      'a target has failed, and the next one begins the response again; stream it from its beginning';
    return this.writer.error(RESTARTED, message);
  }

  /** Returns the last event of a job that has failed or was cancelled. Throws the error if the job continues or has an answer. */
  private async failure(error: unknown): Promise<string> {
    const stored = await this.options.responses.get(this.options.id);
    const status = stored?.response['status'];
    if (stored === undefined || (status !== 'failed' && status !== 'cancelled')) throw jobFailure(error);
    this.isOver = true;
    this.writer.nextNumber = FAILED;
    return this.writer.last(stored.response) + this.writer.end();
  }
}
