import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { derivedSignal } from './async.ts';

describe('derivedSignal', () => {
  it('aborts with the given signal, with its reason', () => {
    const controller = new AbortController();
    const { signal } = derivedSignal(controller.signal);
    controller.abort(new Error('enough'));
    expect(signal.reason).toEqual(new Error('enough'));
  });

  it('is aborted at once if the given signal is', () => {
    expect(derivedSignal(AbortSignal.abort(new Error('before'))).signal.reason).toEqual(new Error('before'));
  });

  it('removes its listener from the given signal on release', () => {
    const { signal: source } = new AbortController();
    const { signal, release } = derivedSignal(source);
    signal.addEventListener('abort', () => undefined);
    release();
    expect(getEventListeners(source, 'abort')).toEqual([]);
  });
});
