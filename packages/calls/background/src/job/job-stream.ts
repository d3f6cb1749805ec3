import type { StreamEvent } from '@majordomo/core';
import { EventStream } from '@majordomo/core/toolkit';
import type { JobStream } from '../contract.ts';
import type { Position } from '../events/cursor.ts';
import { JobReader } from './job-reader.ts';
import type { Setup } from '../setup.ts';

interface JobStreamOptions {
  /** Returns the key of the job in the store. Called at the first read. */
  readonly open: () => Promise<string>;
  readonly setup: Setup;
  readonly after?: Position | undefined;
  /** Signal that ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the reading has ended. */
  readonly onEnd?: (() => void) | undefined;
}

/** Stream of the events of a job, which counts the events that its reader has read. */
export class JobEventStream extends EventStream implements JobStream {
  /** Numbers of the legs that the reader has begun. A `reset` begins another leg. The reader exists from the first read. */
  private readonly legs: () => readonly number[];
  /** Number of resets that the application has read. The reader adds a leg to `legs` before it returns a reset. */
  private resets = 0;
  /** Number of events of the current leg that the application has read. */
  private index: number;
  private hasRead: boolean;

  constructor({ open, setup, after, signal, onEnd: onEnded }: JobStreamOptions) {
    let legs: readonly number[] = after === undefined ? [] : [after.leg];
    super(
      (onEnd) => {
        let release = onEnded;
        const reader = new JobReader(open, setup, after, (ending) => {
          onEnd(ending);
          release?.();
        });
        legs = reader.legs;
        if (signal === undefined) return reader;
        const onAbort = (): void => {
          reader.abandon('the signal of the stream was aborted');
        };
        release = () => {
          signal.removeEventListener('abort', onAbort);
          onEnded?.();
        };
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) onAbort();
        return reader;
      },
      // A reader that stops holds no connection, so unread events have no time limit.
      // `textStream` is available, and rejects at a reset.
      { clock: setup.clock, unreadMs: Infinity, mayRestart: false },
    );
    this.legs = () => legs;
    this.index = after?.index ?? 0;
    this.hasRead = after !== undefined;
  }

  get cursor(): string | undefined {
    if (!this.hasRead) return undefined;
    return `${this.legs()[this.resets] ?? 1}.${this.index}`;
  }

  override next(): Promise<IteratorResult<StreamEvent, undefined>> {
    return super.next().then((result) => {
      if (result.done !== true) this.count(result.value);
      return result;
    });
  }

  private count({ type }: StreamEvent): void {
    // A position does not include warnings.
    if (type === 'warning') return;
    this.hasRead = true;
    if (type === 'reset') {
      this.resets++;
      this.index = 0;
    } else {
      this.index++;
    }
  }
}
