import type { RequestEvent } from '@majordomo/admin';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refusal } from './errors/refusal.ts';
import { RequestTrace } from './request-trace.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(headers: Record<string, string> = {}) {
  const events: RequestEvent[] = [];
  const request = new Request('http://gateway.test', { method: 'POST', headers });
  return { events, trace: new RequestTrace(request, 'req_1', (event) => events.push(event)) };
}

const EVENT: RequestEvent = {
  requestId: 'req_1',
  clientRequestId: undefined,
  at: '2023-11-14T22:13:20.000Z',
  ms: 7,
  method: 'POST',
  route: 'other',
  wire: undefined,
  isStreamed: undefined,
  status: 200,
  tenant: undefined,
  key: undefined,
  model: undefined,
  calls: [],
  error: undefined,
};

it('reports a request with its duration', () => {
  const { events, trace } = setUp();
  vi.setSystemTime(1_700_000_000_007);
  trace.end(200);
  expect(events).toEqual([EVENT]);
});

it('reports the kind, the code and the message of a refusal', () => {
  const { events, trace } = setUp();
  vi.setSystemTime(1_700_000_000_007);
  trace.fail(new Refusal('invalid-request', 'reason', { code: 'own', path: 'a' }));
  trace.end(400);
  const error = { kind: 'invalid-request', code: 'own', message: 'reason' };
  expect(events).toEqual([{ ...EVENT, status: 400, error }]);
});

it('reports a streamed response when both the handler and the stream have ended', () => {
  for (const isHandlerFirst of [true, false]) {
    const { events, trace } = setUp();
    const metrics = { onStreamStart: vi.fn(), onStreamEnd: vi.fn() };
    const endStream = trace.beginStream(metrics);
    const endFunctions = [
      endStream,
      () => {
        trace.end(201);
      },
    ];
    if (isHandlerFirst) endFunctions.reverse();
    endFunctions[0]?.();
    expect(events).toEqual([]);
    endFunctions[1]?.();
    endStream();
    expect(events.map(({ status }) => status)).toEqual([201]);
    expect([metrics.onStreamStart, metrics.onStreamEnd].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  }
});

it.each([
  ['c-1', 'c-1'],
  ['~!', '~!'],
  ['a'.repeat(512), 'a'.repeat(512)],
  ['a'.repeat(513), undefined],
  ['a b', undefined],
  ['é', undefined],
  ['', undefined],
])('reports the request id of the client if it is printable: %s', (id, expected) => {
  const { events, trace } = setUp({ 'x-client-request-id': id });
  trace.end(200);
  expect(events[0]?.clientRequestId).toBe(expected);
});
