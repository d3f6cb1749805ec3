import type { EventWriter } from '@majordomo/wire-kit';
import type { Fail } from './errors.ts';

/** A line of a CLI's machine output. */
export type JsonLine = Readonly<Record<string, unknown>>;

/** Reads the machine output of one CLI, line by line. */
export interface OutputReader {
  /** Whether the CLI has reported a complete response. */
  readonly done: boolean;
  /** Reads a line. Throws the failure that it reports. */
  readMessage(line: JsonLine): void;
  /** Error message that the CLI may have recovered from. Used if it ends without a response. */
  readonly complaint?: string | undefined;
}

export interface OutputReaderOptions {
  readonly writer: EventWriter;
  readonly fail: Fail;
}
