import type { Attempt, CallOptions, Majordomo, Warning } from '@majordomo/core';

/** What a request asks for that is no chat. */
export interface ParsedOperation {
  /** As the client named it; answers repeat it. */
  readonly model: string;
  /** The client's own, for the events of the call. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** What of the request no chain takes over. */
  readonly notes: readonly Warning[];
  /** Asks the chain. */
  run(majordomo: Majordomo, spec: string, options: CallOptions): Promise<OperationResult>;
}

/** A whole answer, and how it came about. */
export interface OperationResult {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  readonly result: {
    readonly target: string;
    readonly warnings: readonly Warning[];
    readonly attempts: readonly Attempt[];
  };
}

/** Strict: throws a `Refusal` that names the path. No more than `mostBytes` are taken. */
export type ParseOperation = (request: Request, mostBytes: number) => Promise<ParsedOperation>;
