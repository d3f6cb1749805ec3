import { systemClock } from '@majordomo/core';
import { expect, it, vi } from 'vitest';
import { Recorder } from './recorder.ts';

it('keeps the response of a call whose listener fails, and calls the listener once', async () => {
  const onLiveCall = vi.fn(() => Promise.reject(new Error('no price')));
  const recorder = new Recorder({
    subject: 'case 1',
    mode: 'record',
    clock: systemClock,
    signal: new AbortController().signal,
    recording: undefined,
    onLiveCall,
    onAnswer: undefined,
  });
  const key = { by: 'subject', type: 'call', digest: 'd' } as const;
  await expect(recorder.call(key, () => Promise.resolve('answer'))).rejects.toThrow('no price');
  expect(onLiveCall).toHaveBeenCalledOnce();
  expect(recorder.calls('subject')).toMatchObject([{ response: 'answer' }]);
});
