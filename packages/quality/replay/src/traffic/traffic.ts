import type { RecordedCall } from './answer.ts';

/** Source of recorded calls. */
export interface Traffic {
  /** Yields finished chats without content, and the numbers of calls that cannot be replayed, by reason. */
  list(signal: AbortSignal): AsyncIterable<ListedCall | ExcludedCalls>;
  /** Returns a call, or the reason why it cannot be replayed. Rejects if the source cannot be read. */
  read(id: string, signal: AbortSignal): Promise<RecordedCall | ExcludedCall>;
}

/** Finished chat without its content. */
export interface ListedCall {
  readonly id: string;
}

/** Number of calls that cannot be replayed for one reason. */
export interface ExcludedCalls {
  readonly excluded: string;
  readonly calls: number;
}

/** Reason why one call cannot be replayed, such as `no content is stored`. */
export interface ExcludedCall {
  readonly excluded: string;
}
