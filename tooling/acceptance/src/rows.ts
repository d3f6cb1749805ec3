import type { ErrorKind } from '@majordomo/core';
import type { Answer, Step } from '@majordomo/testing';

/** One way in which a primary fails, and what the chain makes of it. */
export interface Row {
  readonly name: string;
  /** What the primary does with every request; `undefined`: nobody listens. */
  readonly step: Step | undefined;
  /** Requests that the primary gets in one call: a retry is worth it or not. */
  readonly requests: { readonly whole: number; readonly deltas: number };
  /** The longest that the whole call may take, in ms. */
  readonly withinMs: number;
  /** Does content arrive before the failure, when it is streamed? Then `error` mode throws one of these. */
  readonly shown?: readonly ErrorKind[];
}

export const TIMERS = { connectMs: 250, firstContentMs: 250, idleMs: 250, wholeMs: 250 } as const;

const IN_TIME = 2 * 250 + 300;
const AT_ONCE = 300;
const twice = { whole: 2, deltas: 2 } as const;
const once = { whole: 1, deltas: 1 } as const;

/** What the primary is about to say when it breaks, and what the sound target says. */
export interface Talk {
  readonly broken: Answer | string;
  readonly sound: Answer | string;
}

/** With and without tools: a call breaks in the middle of its arguments, where the wire sends them in pieces. */
export const TALKS: Readonly<Record<'text' | 'tools', Talk>> = {
  text: { broken: 'one two three four five six', sound: 'Hello from the second target.' },
  tools: {
    broken: {
      parts: [{ type: 'tool-call', name: 'look', json: '{"at":"the far end of the garden"}', chunks: 3 }],
    },
    sound: {
      id: 'sound',
      parts: [
        { type: 'text', text: 'Let me look.' },
        { type: 'tool-call', id: 'sound_1', name: 'look', json: '{"at":"the door"}' },
      ],
    },
  },
};

/** The whole fault table, over an answer. */
export const rowsOf = (answer: Answer | string): readonly Row[] => [
  { name: '503', step: { failure: 'unavailable' }, requests: twice, withinMs: AT_ONCE },
  { name: '500', step: { failure: 'server' }, requests: twice, withinMs: AT_ONCE },
  { name: '529', step: { failure: 'overloaded' }, requests: twice, withinMs: AT_ONCE },
  {
    name: '429 with Retry-After: 3600',
    step: { failure: 'rate-limit', retryAfter: { seconds: 3600 } },
    requests: once,
    withinMs: 100,
  },
  {
    name: 'an error inside 200',
    step: { fault: 'in-band', failure: { failure: 'overloaded' }, at: { content: 0 } },
    requests: twice,
    withinMs: AT_ONCE,
  },
  {
    name: 'an error inside 200 in the middle',
    step: { fault: 'in-band', failure: { failure: 'server' }, at: { content: 2 }, answer },
    requests: twice,
    withinMs: AT_ONCE,
    shown: ['server', 'overloaded'],
  },
  {
    name: 'a clean end without a finish',
    step: { fault: 'end', at: { content: 2 }, answer },
    requests: { whole: 1, deltas: 2 },
    withinMs: AT_ONCE,
    shown: ['truncated'],
  },
  {
    name: 'a clean end before content',
    step: { fault: 'end', at: { content: 0 }, answer },
    requests: twice,
    withinMs: AT_ONCE,
  },
  {
    name: 'a cut',
    step: { fault: 'cut', at: { content: 2 }, answer },
    requests: twice,
    withinMs: AT_ONCE,
    shown: ['network'],
  },
  {
    name: 'a stall before content',
    step: { fault: 'stall', at: { content: 0 }, answer },
    requests: twice,
    withinMs: IN_TIME,
  },
  {
    name: 'a stall in the middle',
    step: { fault: 'stall', at: { content: 2 }, answer },
    requests: twice,
    withinMs: IN_TIME,
    shown: ['timeout'],
  },
  { name: 'refused', step: undefined, requests: { whole: 0, deltas: 0 }, withinMs: AT_ONCE },
  {
    name: 'bad JSON',
    step: { fault: 'bad-json', at: { content: 0 }, answer },
    // Broken before its first byte, a whole body is an empty one.
    requests: { whole: 2, deltas: 1 },
    withinMs: AT_ONCE,
  },
  {
    name: 'bad JSON in the middle',
    step: { fault: 'bad-json', at: { content: 2 }, answer },
    requests: once,
    withinMs: AT_ONCE,
    shown: ['protocol'],
  },
  { name: 'an HTML 502', step: { fault: 'html' }, requests: twice, withinMs: AT_ONCE },
  { name: 'an HTML page with 200', step: { fault: 'html', status: 200 }, requests: once, withinMs: AT_ONCE },
  { name: 'an empty body', step: { fault: 'empty' }, requests: twice, withinMs: AT_ONCE },
  { name: 'headers that never come', step: { fault: 'late' }, requests: twice, withinMs: IN_TIME },
  { name: 'a reset', step: { fault: 'reset' }, requests: twice, withinMs: AT_ONCE },
  {
    name: 'a reset in the middle',
    step: { fault: 'reset', at: { content: 2 }, answer },
    requests: twice,
    withinMs: AT_ONCE,
    shown: ['network'],
  },
];
