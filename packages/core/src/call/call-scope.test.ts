import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { LlmError } from '../types/llm-error.ts';
import { CallScope } from './call-scope.ts';

function scope(totalMs?: number, caller = new AbortController()) {
  const clock = manualClock();
  const told: LlmError[] = [];
  const made = new CallScope(caller.signal, totalMs, clock, (error) => told.push(error));
  return { scope: made, clock, caller, told };
}

describe('the scope of a call', () => {
  it('ends with an abort of the caller, whose reason is the cause', () => {
    const { scope: call, caller, told } = scope();
    const { signal } = call;
    expect(signal.aborted).toBe(false);
    call.throwIfStopped();
    caller.abort('enough');
    expect(told).toMatchObject([{ kind: 'aborted', message: 'the call was aborted', cause: 'enough' }]);
    expect([call.reason, signal.reason]).toEqual([told[0], told[0]]);
    expect(() => {
      call.throwIfStopped();
    }).toThrow(told[0]);
  });

  it('that was aborted before it began tells nobody, and its signal is aborted', () => {
    const caller = new AbortController();
    caller.abort();
    const { scope: call, told } = scope(undefined, caller);
    expect([call.reason?.kind, call.signal.aborted, told]).toEqual(['aborted', true, []]);
  });

  it('ends at its deadline, and knows how much is left', async () => {
    const { scope: call, clock, told } = scope(300);
    await clock.advance(299);
    expect([call.remainingMs(), told]).toEqual([1, []]);
    await clock.advance(1);
    expect(told).toMatchObject([
      { kind: 'timeout', message: 'the call did not finish within 300 ms', details: { phase: 'total' } },
    ]);
  });

  it('may have as little as a millisecond', () => {
    expect(scope(1).scope.remainingMs()).toBe(1);
  });

  it.each([undefined, 0])('without a deadline (%s) has for ever', (totalMs) => {
    const { scope: call, clock } = scope(totalMs);
    expect([call.remainingMs(), clock.pending()]).toEqual([Infinity, 0]);
  });

  it('ends once: what comes first counts', async () => {
    const { scope: call, clock, caller, told } = scope(300);
    call.stop(new LlmError('network', 'first'));
    caller.abort();
    await clock.advance(300);
    expect(told.map(({ message }) => message)).toEqual(['first']);
    expect(call.reason?.message).toBe('first');
  });

  it('that is released hears nobody any more, and leaves no timer', async () => {
    const { scope: call, clock, caller, told } = scope(300);
    call.release();
    expect(clock.pending()).toBe(0);
    caller.abort();
    call.stop(new LlmError('network', 'late'));
    expect([told, call.reason]).toEqual([[], undefined]);
  });

  it('that is released leaves no listener on the caller’s signal', () => {
    const caller = new AbortController();
    const listeners = (): number => getEventListeners(caller.signal, 'abort').length;
    const { scope: call } = scope(undefined, caller);
    expect(listeners()).toBe(1);
    call.release();
    expect(listeners()).toBe(0);
  });
});
