import type { ErrorKind } from '@majordomo/core';
import type { Answer, Step } from '@majordomo/conformance';

/** Fault of a primary target, and the expected reaction of the chain. */
export interface Row {
  readonly name: string;
  /** Step of the primary for every request; `undefined` for a refused connection. */
  readonly step: Step | undefined;
  /** Number of requests that the primary receives in one call. The number shows whether the chain retries. */
  readonly requests: { readonly nonStreaming: number; readonly deltas: number };
  /** Whether one failure benches the primary, so that the next call does not try it. */
  readonly benches?: boolean;
  /** Error kinds that `error` mode throws if content arrives before the failure. */
  readonly kindsAfterContent?: readonly ErrorKind[];
}

export const TIMERS = { connectMs: 250, firstContentMs: 250, idleMs: 250, completeMs: 250 } as const;

const twice = { nonStreaming: 2, deltas: 2 } as const;
const once = { nonStreaming: 1, deltas: 1 } as const;

/** Responses of the primary before its fault, and of the fallback. */
export interface Talk {
  readonly broken: Answer | string;
  readonly sound: Answer | string;
}

/** Responses with and without tools. A call is interrupted within its arguments if the API sends them in fragments. */
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

/** Returns the complete fault table for an answer. */
export const rowsOf = (answer: Answer | string): readonly Row[] => [
  { name: '503', step: { failure: 'unavailable' }, requests: twice },
  { name: '500', step: { failure: 'server' }, requests: twice },
  { name: '529', step: { failure: 'overloaded' }, requests: twice },
  {
    name: '429 with Retry-After: 3600',
    step: { failure: 'rate-limit', retryAfter: { seconds: 3600 } },
    requests: once,
    benches: true,
  },
  {
    name: 'an error inside 200',
    step: { fault: 'in-band', failure: { failure: 'overloaded' }, at: { content: 0 } },
    requests: twice,
  },
  {
    name: 'an error inside 200 in the middle',
    step: { fault: 'in-band', failure: { failure: 'server' }, at: { content: 2 }, answer },
    requests: twice,
    kindsAfterContent: ['server', 'overloaded'],
  },
  {
    name: 'a clean end without a finish',
    step: { fault: 'end', at: { content: 2 }, answer },
    requests: { nonStreaming: 1, deltas: 2 },
    kindsAfterContent: ['truncated'],
  },
  {
    name: 'a clean end before content',
    step: { fault: 'end', at: { content: 0 }, answer },
    requests: twice,
  },
  {
    name: 'a cut',
    step: { fault: 'cut', at: { content: 2 }, answer },
    requests: twice,
    kindsAfterContent: ['network'],
  },
  {
    name: 'a stall before content',
    step: { fault: 'stall', at: { content: 0 }, answer },
    requests: twice,
  },
  {
    name: 'a stall in the middle',
    step: { fault: 'stall', at: { content: 2 }, answer },
    requests: twice,
    kindsAfterContent: ['timeout'],
  },
  { name: 'refused', step: undefined, requests: { nonStreaming: 0, deltas: 0 } },
  {
    name: 'bad JSON',
    step: { fault: 'bad-json', at: { content: 0 }, answer },
    // A non-streaming body without its first byte is empty.
    requests: { nonStreaming: 2, deltas: 1 },
  },
  {
    name: 'bad JSON in the middle',
    step: { fault: 'bad-json', at: { content: 2 }, answer },
    requests: once,
    kindsAfterContent: ['protocol'],
  },
  { name: 'an HTML 502', step: { fault: 'html' }, requests: twice },
  { name: 'an HTML page with 200', step: { fault: 'html', status: 200 }, requests: once },
  { name: 'an empty body', step: { fault: 'empty' }, requests: twice },
  { name: 'headers that never come', step: { fault: 'late' }, requests: twice },
  { name: 'a reset', step: { fault: 'reset' }, requests: twice },
  {
    name: 'a reset in the middle',
    step: { fault: 'reset', at: { content: 2 }, answer },
    requests: twice,
    kindsAfterContent: ['network'],
  },
];
