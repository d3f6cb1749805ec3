import {
  LlmError,
  type Attempt,
  type ErrorDetails,
  type ErrorKind,
  type PartialResponse,
} from '@majordomo/core';
import { expect, it } from 'vitest';
import { mayBeBilled } from './may-be-billed.ts';

const partial: PartialResponse = { id: undefined, target: 'a/x', parts: [], text: '', usage: undefined };
type Ended = Pick<Attempt, 'outcome' | 'error' | 'stopped'>;
const failed = (kind: ErrorKind, details: Partial<ErrorDetails> = {}): Ended => ({
  outcome: 'failed',
  error: new LlmError(kind, 'no answer', details),
});

it.each<[name: string, Ended]>([
  ['finished', { outcome: 'finished', error: undefined }],
  ['finished with an invalid object', { ...failed('invalid-output'), outcome: 'finished' }],
  ['lost its connection', failed('network', { code: 'ECONNRESET' })],
  ['lost its connection in a runtime without codes', failed('network')],
  ['ended at a time limit', { ...failed('timeout', { phase: 'idle' }), stopped: true }],
  ['ended at a timeout of its transport', failed('timeout', { code: 'UND_ERR_HEADERS_TIMEOUT' })],
  ['was aborted', { ...failed('aborted'), outcome: 'abandoned', stopped: true }],
  ['ended before its finish event', failed('truncated')],
  ['received an error after its response had begun', failed('overloaded')],
  ['received an error status after a part of its response', failed('server', { status: 500, partial })],
  ['received an unreadable response', failed('protocol', { status: 200 })],
  ['was filtered', failed('content-filter', { status: 400 })],
  ...[408, 499, 502, 504, 520, 524].map((status): [string, Ended] => [
    `received ${status} from a proxy`,
    failed('server', { status }),
  ]),
])('an attempt that %s may be billed', (_, attempt) => {
  expect(mayBeBilled(attempt)).toBe(true);
});

it.each<[name: string, Ended]>([
  ['was skipped', { ...failed('server'), outcome: 'skipped' }],
  ['found no server', failed('network', { code: 'ENOTFOUND' })],
  ['was not accepted by a server', failed('network', { code: 'ECONNREFUSED' })],
  ['was aborted before its request was sent', { ...failed('aborted'), outcome: 'abandoned' }],
  ['exceeded the time of its call before its request was sent', failed('timeout', { phase: 'total' })],
  ['has no key', failed('auth')],
  ['has an invalid request', failed('invalid-request')],
  ['was rejected in a stream', failed('rate-limit')],
  ...[302, 400, 401, 404, 413, 429, 500, 503, 529].map((status): [string, Ended] => [
    `received ${status}`,
    failed('server', { status }),
  ]),
])('an attempt that %s is not billed', (_, attempt) => {
  expect(mayBeBilled(attempt)).toBe(false);
});
