import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { LlmError } from '../types/llm-error.ts';
import { CallScope } from './call-scope.ts';

function scope(totalMs?: number, caller = new AbortController()) {
  const clock = manualClock();
  const reasons: LlmError[] = [];
  const newScope = new CallScope(caller.signal, totalMs, clock, (error) => reasons.push(error));
  return { scope: newScope, clock, caller, reasons };
}

describe('a call scope', () => {
  it('stops on an abort of the caller, with its reason as the cause', () => {
    const { scope: call, caller, reasons } = scope();
    const { signal } = call;
    expect(signal.aborted).toBe(false);
    call.throwIfStopped();
    caller.abort('enough');
    expect(reasons).toMatchObject([{ kind: 'aborted', message: 'the call was aborted', cause: 'enough' }]);
    expect([call.reason, signal.reason]).toEqual([reasons[0], reasons[0]]);
    expect(() => {
      call.throwIfStopped();
    }).toThrow(reasons[0]);
  });

  it('is stopped from the start if the caller has already aborted, without calling onStop', () => {
    const caller = new AbortController();
    caller.abort();
    const { scope: call, reasons } = scope(undefined, caller);
    expect([call.reason?.kind, call.signal.aborted, reasons]).toEqual(['aborted', true, []]);
  });

  it('stops at its deadline and returns the remaining time', async () => {
    const { scope: call, clock, reasons } = scope(300);
    await clock.advance(299);
    expect([call.remainingMs(), reasons]).toEqual([1, []]);
    await clock.advance(1);
    expect(reasons).toMatchObject([
      {
        kind: 'timeout',
        message: 'the call did not finish within 300 ms; raise totalMs',
        details: { phase: 'total' },
      },
    ]);
  });

  it('accepts a deadline of one millisecond', () => {
    expect(scope(1).scope.remainingMs()).toBe(1);
  });

  it.each([undefined, 0])('has unlimited time with totalMs %s', (totalMs) => {
    const { scope: call, clock } = scope(totalMs);
    expect([call.remainingMs(), clock.pending()]).toEqual([Infinity, 0]);
  });

  it('stops once, with the first reason', async () => {
    const { scope: call, clock, caller, reasons } = scope(300);
    call.stop(new LlmError('network', 'first'));
    caller.abort();
    await clock.advance(300);
    expect(reasons.map(({ message }) => message)).toEqual(['first']);
    expect(call.reason?.message).toBe('first');
  });

  it('ignores aborts and leaves no timer after the release', async () => {
    const { scope: call, clock, caller, reasons } = scope(300);
    call.release();
    expect(clock.pending()).toBe(0);
    caller.abort();
    call.stop(new LlmError('network', 'late'));
    expect([reasons, call.reason]).toEqual([[], undefined]);
  });

  it('leaves no listener on the caller’s signal after the release', () => {
    const caller = new AbortController();
    const listeners = (): number => getEventListeners(caller.signal, 'abort').length;
    const { scope: call } = scope(undefined, caller);
    expect(listeners()).toBe(1);
    call.release();
    expect(listeners()).toBe(0);
  });
});
