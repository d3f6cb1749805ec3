import type { Attempt, CallOptions, Majordomo, Warning } from '@majordomo/core';
import type { BodyLimits } from '../parsing/body.ts';

/** Parsed request other than a chat. */
export interface ParsedOperation {
  /** Model name that the client sent. Responses repeat this name. */
  readonly model: string;
  /** Metadata that the client sent. The events of the call contain this metadata. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Warnings about settings that the gateway changes or drops. */
  readonly notes: readonly Warning[];
  /** Calls the chain and returns the response. */
  run(majordomo: Majordomo, spec: string, options: CallOptions): Promise<OperationResult>;
}

/** Complete response, with the information about its call for the headers. */
export interface OperationResult {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  readonly result: {
    readonly target: string;
    readonly warnings: readonly Warning[];
    readonly attempts: readonly Attempt[];
  };
}

/** Parses a request strictly. Throws a `Refusal` with the path of an invalid member. */
export type ParseOperation = (request: Request, limits: BodyLimits) => Promise<ParsedOperation>;
