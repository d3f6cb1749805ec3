import { setImmediate as settled } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SharedWork } from './async.ts';

/** Work of which the test determines the end. */
function setUp() {
  let signal: AbortSignal | undefined;
  let resolve: (value: string) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((...settle) => ([resolve, reject] = settle));
  const work = new SharedWork((given) => {
    signal = given;
    return promise;
  });
  return { work, resolve, reject, isAborted: () => [work.isAborted, signal?.aborted] };
}

it('returns its result to all callers, and is not aborted by callers that leave later', async () => {
  const { work, resolve, isAborted } = setUp();
  const callers = [new AbortController(), new AbortController()];
  const results = Promise.all(callers.map(({ signal }) => work.waitFor(signal)));
  resolve('done');
  expect(await results).toEqual(['done', 'done']);
  for (const caller of callers) caller.abort();
  expect(await work.waitFor(new AbortController().signal)).toBe('done');
  expect(isAborted()).toEqual([false, false]);
});

it('is aborted with the reason of the last caller that leaves', async () => {
  const { work, isAborted } = setUp();
  const [first, last] = [new AbortController(), new AbortController()];
  const results = [first, last].map(({ signal }) => work.waitFor(signal));
  first.abort(new Error('first'));
  await expect(results[0]).rejects.toThrow('first');
  expect(isAborted()).toEqual([false, false]);
  last.abort(new Error('last'));
  await expect(results[1]).rejects.toThrow('last');
  expect(isAborted()).toEqual([true, true]);
});

it('may fail while no caller waits', async () => {
  const { work, reject } = setUp();
  reject(new Error('broken'));
  await settled();
  await expect(work.waitFor(new AbortController().signal)).rejects.toThrow('broken');
});
