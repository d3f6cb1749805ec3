import type { OperationAnswer } from '../script/operation-answer.ts';
import type { Answer } from './answer.ts';
import type { Failure } from './failure.ts';

/**
 * Position in a streamed body: after a number of content frames (0 means before the content), of events of any kind, or of bytes.
 * For a JSON body, a number of frames or events means the middle of the body, and 0 means its start. An event that a fault adds
 * follows the event in which the position is.
 */
export type Point = { readonly content: number } | { readonly events: number } | { readonly bytes: number };

interface Damaged {
  /** Answer that the fault damages. `@default a short answer` */
  readonly answer?: Answer | string | OperationAnswer | undefined;
}

/** Broken or slow response. The default of `at` is after two frames of content, except where a fault states another default. */
export type Fault = Damaged &
  (
    | {
        /** Error in the body of a response with status 200, by default before the content. */
        readonly fault: 'in-band';
        readonly failure: Failure;
        readonly at?: Point | undefined;
      }
    | {
        /** Incomplete body, after which the connection ends without an error. */
        readonly fault: 'end';
        readonly at?: Point | undefined;
      }
    | {
        /** Connection that the server closes in the middle of the body. */
        readonly fault: 'cut';
        readonly at?: Point | undefined;
      }
    | {
        /** TCP reset, before the headers unless `at` is set. */
        readonly fault: 'reset';
        readonly at?: Point | undefined;
      }
    | {
        /** Headers that the server sends after `ms` milliseconds, by default never. */
        readonly fault: 'late';
        readonly ms?: number | undefined;
      }
    | {
        /** Pause of `ms` milliseconds, by default without an end. With `{ content: 0 }`, the pause precedes the content. */
        readonly fault: 'stall';
        readonly at?: Point | undefined;
        readonly ms?: number | undefined;
      }
    | {
        /** Complete answer in chunks of `bytes` (default 16) bytes, one every `everyMs` (default 1) milliseconds. */
        readonly fault: 'trickle';
        readonly bytes?: number | undefined;
        readonly everyMs?: number | undefined;
      }
    | {
        /** Complete answer with `everyMs` milliseconds between events. */
        readonly fault: 'slow';
        readonly everyMs: number;
      }
    | {
        /** Invalid JSON: an additional invalid event in a stream, or the first half of a non-streaming body. */
        readonly fault: 'bad-json';
        readonly at?: Point | undefined;
      }
    | {
        /** HTML error page of a gateway. `@default status 502` */
        readonly fault: 'html';
        readonly status?: number | undefined;
      }
    | {
        /** HTTP 200 with an empty body. */
        readonly fault: 'empty';
      }
    | {
        /** Complete body with a different content type. */
        readonly fault: 'content-type';
        readonly value: string;
      }
  );
