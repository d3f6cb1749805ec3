import type { Attempt, CallOptions, Majordomo, Warning } from '@majordomo/core';

/** A request other than a chat, after parsing. */
export interface ParsedOperation {
  /** Name from the client, which responses repeat. */
  readonly model: string;
  /** Metadata from the client, for the events of the call. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Warnings about settings that no target receives. */
  readonly notes: readonly Warning[];
  /** Calls the chain. */
  run(majordomo: Majordomo, spec: string, options: CallOptions): Promise<OperationResult>;
}

/** A complete response, and the facts of its call. */
export interface OperationResult {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  readonly result: {
    readonly target: string;
    readonly warnings: readonly Warning[];
    readonly attempts: readonly Attempt[];
  };
}

/** Parses strictly: throws a `Refusal` that names the path. Reads at most `mostBytes`. */
export type ParseOperation = (request: Request, mostBytes: number) => Promise<ParsedOperation>;
