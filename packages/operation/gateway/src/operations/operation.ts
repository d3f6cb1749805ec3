import type { Attempt, CallOptions, Majordomo, Warning } from '@majordomo/core';
import type { BodyLimits } from '../parsing/body.ts';
import { refuseUrl, type Media } from '../parsing/media.ts';

/** Parsed request other than a chat. */
export interface ParsedOperation {
  /** Model name that the client sent. Responses repeat this name. */
  readonly model: string;
  /** Metadata that the client sent. The events of the call contain this metadata. @default none */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
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

/** Returns a complete response in JSON. */
export const jsonResult = (body: object, result: OperationResult['result']): OperationResult => ({
  body: JSON.stringify(body),
  mediaType: 'application/json',
  result,
});

/** Resolver of media for requests that may not name URLs, such as classifications. */
export const DATA_ONLY: Pick<Media, 'byUrl'> = { byUrl: (_url, path) => refuseUrl(path) };
