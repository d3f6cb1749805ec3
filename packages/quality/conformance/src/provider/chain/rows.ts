import type { Timeouts } from '@majordomo/core';
import type { Step } from '../../script/step.ts';
import type { Scenario } from '../harness.ts';

/** Fault of the first target, with the expected behavior of the chain. */
export interface Row {
  readonly scenario: Scenario & `chain-${string}`;
  readonly name: string;
  /** Response of the first server; `undefined` for a refused connection. */
  readonly step: Step | undefined;
  /** Number of requests to the first target before the chain tries the next target. `@default 2` */
  readonly tries?: number;
  /** Whether the fault occurs after the stream has emitted content. `@default false` */
  readonly isMidStream?: boolean;
  /** Timeouts that are expected to expire. */
  readonly timeouts?: Timeouts | undefined;
}

/** Timeout for a target that sends no response, in milliseconds. Usually long enough to send the request on a busy machine. */
const NO_RESPONSE_MS = 150;

/** Timeout for a stream that stalls, in milliseconds. Usually long enough to receive the first chunks on a busy machine. */
const STALLED_MS = 200;

/** Faults of the first target, with the expected behavior of the chain. */
export const rows: readonly Row[] = [
  {
    scenario: 'chain-unavailable',
    name: 'answers 503',
    step: { failure: 'unavailable' },
  },
  {
    scenario: 'chain-retry-after',
    name: 'answers 429 with a Retry-After of an hour',
    step: { failure: 'rate-limit', retryAfter: { seconds: 3600 } },
    tries: 1,
  },
  {
    scenario: 'chain-in-band',
    name: 'reports an error in HTTP 200 before content',
    step: { fault: 'in-band', failure: { failure: 'overloaded' } },
  },
  {
    scenario: 'chain-end',
    name: 'ends its stream without a finish event',
    step: { fault: 'end' },
    isMidStream: true,
  },
  {
    scenario: 'chain-cut',
    name: 'closes the socket in the middle of a stream',
    step: { fault: 'cut' },
    isMidStream: true,
  },
  {
    scenario: 'chain-stall-before',
    name: 'stalls after its headers',
    step: { fault: 'stall', at: { content: 0 } },
    timeouts: { firstContentMs: NO_RESPONSE_MS, completeMs: NO_RESPONSE_MS },
  },
  {
    scenario: 'chain-stall-middle',
    name: 'stalls in the middle of a stream',
    step: { fault: 'stall' },
    isMidStream: true,
    timeouts: { idleMs: STALLED_MS, completeMs: STALLED_MS },
  },
  {
    scenario: 'chain-refused',
    name: 'refuses the connection',
    step: undefined,
    // The server receives no request. The chain still tries the target twice.
    tries: 0,
  },
  {
    scenario: 'chain-bad-json',
    name: 'sends invalid JSON',
    step: { fault: 'bad-json' },
    tries: 1,
    isMidStream: true,
  },
  {
    scenario: 'chain-html',
    name: 'answers with the 502 page of a gateway',
    step: { fault: 'html' },
  },
  {
    scenario: 'chain-empty',
    name: 'answers 200 with an empty body',
    step: { fault: 'empty' },
  },
  {
    scenario: 'chain-late',
    name: 'never sends its headers',
    step: { fault: 'late' },
    timeouts: { connectMs: NO_RESPONSE_MS, completeMs: NO_RESPONSE_MS },
  },
  {
    scenario: 'chain-reset',
    name: 'resets the connection',
    step: { fault: 'reset' },
  },
];
