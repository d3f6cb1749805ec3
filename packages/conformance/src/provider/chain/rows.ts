import type { Timeouts } from '@majordomo/core';
import type { Step } from '../../script/step.ts';
import type { Scenario } from '../scenario.ts';

/** What the head of a chain does, and what the chain must make of it. */
export interface Row {
  readonly scenario: Scenario & `chain-${string}`;
  readonly name: string;
  /** `undefined`: nobody listens at the head's port. */
  readonly step: Step | undefined;
  /** Requests that the head gets before the chain passes on. */
  readonly tries: number;
  /** The stream has shown content when it breaks. */
  readonly isMidStream: boolean;
  /** The timer that has to run out. */
  readonly timeouts?: Timeouts | undefined;
}

/** For a head that says nothing at all: its request has to arrive on a busy machine. */
const SILENT = 150;

/** For one that falls silent in the middle: its first words have to be in time on a busy machine. */
const IDLE = 200;

/** Every way to fail that a chain has to survive. */
export const rows: readonly Row[] = [
  {
    scenario: 'chain-unavailable',
    name: 'answers 503',
    step: { failure: 'unavailable' },
    tries: 2,
    isMidStream: false,
  },
  {
    scenario: 'chain-retry-after',
    name: 'answers 429 and wants an hour',
    step: { failure: 'rate-limit', retryAfter: { seconds: 3600 } },
    tries: 1,
    isMidStream: false,
  },
  {
    scenario: 'chain-in-band',
    name: 'fails inside HTTP 200 before content',
    step: { fault: 'in-band', failure: { failure: 'overloaded' } },
    tries: 2,
    isMidStream: false,
  },
  {
    scenario: 'chain-end',
    name: 'ends its stream cleanly without a finish',
    step: { fault: 'end' },
    tries: 2,
    isMidStream: true,
  },
  {
    scenario: 'chain-cut',
    name: 'closes the socket in the middle',
    step: { fault: 'cut' },
    tries: 2,
    isMidStream: true,
  },
  {
    scenario: 'chain-stall-before',
    name: 'falls silent after its headers',
    step: { fault: 'stall', at: { content: 0 } },
    tries: 2,
    isMidStream: false,
    timeouts: { firstContentMs: SILENT, completeMs: SILENT },
  },
  {
    scenario: 'chain-stall-middle',
    name: 'falls silent in the middle',
    step: { fault: 'stall' },
    tries: 2,
    isMidStream: true,
    timeouts: { idleMs: IDLE, completeMs: IDLE },
  },
  {
    scenario: 'chain-refused',
    name: 'refuses the connection',
    step: undefined,
    tries: 0,
    isMidStream: false,
  },
  {
    scenario: 'chain-bad-json',
    name: 'sends broken JSON',
    step: { fault: 'bad-json' },
    tries: 1,
    isMidStream: true,
  },
  {
    scenario: 'chain-html',
    name: "answers a gateway's 502 page",
    step: { fault: 'html' },
    tries: 2,
    isMidStream: false,
  },
  {
    scenario: 'chain-empty',
    name: 'answers 200 with an empty body',
    step: { fault: 'empty' },
    tries: 2,
    isMidStream: false,
  },
  {
    scenario: 'chain-late',
    name: 'never sends its headers',
    step: { fault: 'late' },
    tries: 2,
    isMidStream: false,
    timeouts: { connectMs: SILENT, completeMs: SILENT },
  },
  {
    scenario: 'chain-reset',
    name: 'resets the connection',
    step: { fault: 'reset' },
    tries: 2,
    isMidStream: false,
  },
];
