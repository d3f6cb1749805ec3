import type { Attempt, CallOptions, Majordomo, Warning } from '@majordomo/core';

/** Parsed request other than a chat. */
export interface ParsedOperation {
  /** Model name from the client, which responses repeat. */
  readonly model: string;
  /** Metadata from the client, which the events of the call contain. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Warnings about settings that no target receives. */
  readonly notes: readonly Warning[];
  /** Calls the chain and returns the response. */
  run(majordomo: Majordomo, spec: string, options: CallOptions): Promise<OperationResult>;
}

/** Complete response, with the facts about its call that the headers contain. */
export interface OperationResult {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  readonly result: {
    readonly target: string;
    readonly warnings: readonly Warning[];
    readonly attempts: readonly Attempt[];
  };
}

/** Parses a request strictly. Throws a `Refusal` with the path of an invalid member. `mostBytes`: maximum body size. */
export type ParseOperation = (request: Request, mostBytes: number) => Promise<ParsedOperation>;
