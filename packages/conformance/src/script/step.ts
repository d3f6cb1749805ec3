import type { OperationAnswer, PlainTurn } from '@majordomo/testing';
import type { Answer } from '../wires/answer.ts';
import type { Failure } from '../wires/failure.ts';

/**
 * A place in a streamed body: after so many frames of content (0: after the opening, before content), after so many
 * events of any kind, or after so many bytes. In a whole JSON body the first two mean its middle, and 0 its start.
 */
export type Point = { readonly content: number } | { readonly events: number } | { readonly bytes: number };

interface Damaged {
  /** What the server was about to say. Default: a short text. */
  readonly answer?: Answer | string | OperationAnswer | undefined;
}

/** Ways in which a response goes wrong, or is merely slow. Where `at` is left out it is after two frames of content. */
export type Fault = Damaged &
  (
    | {
        /** HTTP 200, then a failure inside the body; before content by default. */
        readonly fault: 'in-band';
        readonly failure: Failure;
        readonly at?: Point | undefined;
      }
    | {
        /** A clean end of the body without the rest. */
        readonly fault: 'end';
        readonly at?: Point | undefined;
      }
    | {
        /** The socket closes in the middle. */
        readonly fault: 'cut';
        readonly at?: Point | undefined;
      }
    | {
        /** A TCP reset; before the headers unless `at` is given. */
        readonly fault: 'reset';
        readonly at?: Point | undefined;
      }
    | {
        /** Headers come after `ms`, or never. */
        readonly fault: 'late';
        readonly ms?: number | undefined;
      }
    | {
        /** Silence from here on, or for `ms`. `{ content: 0 }`: headers, then nothing of use. */
        readonly fault: 'stall';
        readonly at?: Point | undefined;
        readonly ms?: number | undefined;
      }
    | {
        /** So many bytes (16) at a time, `everyMs` (1) apart: nothing is wrong but the pace. */
        readonly fault: 'trickle';
        readonly bytes?: number | undefined;
        readonly everyMs?: number | undefined;
      }
    | {
        /** Event by event, `everyMs` apart. */
        readonly fault: 'slow';
        readonly everyMs: number;
      }
    | {
        /** Broken JSON: an event in the stream, or half of a whole body. */
        readonly fault: 'bad-json';
        readonly at?: Point | undefined;
      }
    | {
        /** A gateway's error page. Default status 502. */
        readonly fault: 'html';
        readonly status?: number | undefined;
      }
    | {
        /** HTTP 200 and no body. */
        readonly fault: 'empty';
      }
    | {
        /** The right body under another content type. */
        readonly fault: 'content-type';
        readonly value: string;
      }
  );

/**
 * What the server does with one request: plays a turn as fakes do, of a chat or of another operation, or in the wire's own
 * terms answers in parts, fails as the vendor would, or breaks.
 */
export type Step = string | PlainTurn | Answer | OperationAnswer | Failure | Fault;

/** Is this step a fault? */
export const isFault = (step: Step): step is Fault => typeof step === 'object' && 'fault' in step;

/** Is this step a failure that the vendor reports? */
export const isFailure = (step: Step): step is Failure =>
  typeof step === 'object' && 'failure' in step && !('fault' in step);

/** Is this step a turn, as fakes have it? */
export const isTurn = (step: Step): step is PlainTurn =>
  typeof step === 'object' &&
  !('fault' in step || 'failure' in step || 'parts' in step || isOperationAnswer(step));

/** Is it what an operation gives that is no chat? */
export const isOperationAnswer = (answer: Step): answer is OperationAnswer =>
  typeof answer === 'object' && ('vectors' in answer || 'transcript' in answer || 'audio' in answer);
