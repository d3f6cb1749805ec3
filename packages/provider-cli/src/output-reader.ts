import type { EventWriter } from '@majordomo/core/toolkit';
import type { Fail } from './errors.ts';

/** One line of a CLI's machine output. */
export type JsonLine = Readonly<Record<string, unknown>>;

/** Reads one CLI's machine output into a scribe, line by line. */
export interface OutputReader {
  /** True once the CLI has said that its answer is whole. */
  readonly done: boolean;
  /** Throws the failure that a line reports. */
  readMessage(line: JsonLine): void;
  /** What the CLI complained of and may have got over: told when it ends without an answer. */
  readonly complaint?: string | undefined;
}

/** What a reader is made with. */
export interface OutputReaderOptions {
  readonly writer: EventWriter;
  readonly fail: Fail;
}
