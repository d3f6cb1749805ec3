import type { OperationAnswer, PlainTurn } from '@majordomo/testing';
import type { Answer } from '../wires/answer.ts';
import type { Failure } from '../wires/failure.ts';

/**
 * Position in a streamed body: after a number of content frames (0: before content), of events of any kind, or of bytes. In a
 * non-streaming JSON body the first two mean its middle, and 0 its start.
 */
export type Point = { readonly content: number } | { readonly events: number } | { readonly bytes: number };

interface Damaged {
  /** Answer before the damage. Default: a short text. */
  readonly answer?: Answer | string | OperationAnswer | undefined;
}

/** Broken or slow response. `at` defaults to the position after two frames of content. */
export type Fault = Damaged &
  (
    | {
        /** HTTP 200 with an error in the body, before content by default. */
        readonly fault: 'in-band';
        readonly failure: Failure;
        readonly at?: Point | undefined;
      }
    | {
        /** Body that ends cleanly and is incomplete. */
        readonly fault: 'end';
        readonly at?: Point | undefined;
      }
    | {
        /** Socket that closes in the middle. */
        readonly fault: 'cut';
        readonly at?: Point | undefined;
      }
    | {
        /** TCP reset, before the headers unless `at` is set. */
        readonly fault: 'reset';
        readonly at?: Point | undefined;
      }
    | {
        /** Headers that are sent after `ms` milliseconds. Default: never. */
        readonly fault: 'late';
        readonly ms?: number | undefined;
      }
    | {
        /** Pause for `ms` milliseconds. Default: for ever. `{ content: 0 }` sends the headers and no content. */
        readonly fault: 'stall';
        readonly at?: Point | undefined;
        readonly ms?: number | undefined;
      }
    | {
        /** Complete answer in chunks of `bytes` (default 16), with `everyMs` (default 1) milliseconds between them. */
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
        /** Invalid JSON: one event of a stream, or half of a non-streaming body. */
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
        /** Complete body with another content type. */
        readonly fault: 'content-type';
        readonly value: string;
      }
  );

/**
 * Response of the server to one request: a turn of a fake provider, an answer of another operation, an `Answer` in parts, a
 * `Failure` of the vendor, or a `Fault`.
 */
export type Step = string | PlainTurn | Answer | OperationAnswer | Failure | Fault;

/** Whether the step is a fault. */
export const isFault = (step: Step): step is Fault => typeof step === 'object' && 'fault' in step;

/** Whether the step is a failure that the vendor reports. */
export const isFailure = (step: Step): step is Failure =>
  typeof step === 'object' && 'failure' in step && !('fault' in step);

/** Whether the step is a turn of a fake provider. */
export const isTurn = (step: Step): step is PlainTurn =>
  typeof step === 'object' &&
  !('fault' in step || 'failure' in step || 'parts' in step || isOperationAnswer(step));

/** Whether the step is an answer of an operation other than chat. */
export const isOperationAnswer = (answer: Step): answer is OperationAnswer =>
  typeof answer === 'object' && ('vectors' in answer || 'transcript' in answer || 'audio' in answer);
