import { expect, test } from 'vitest';
import { resultMemo } from './result-memo.ts';

const bytes = new Uint8Array([1]);
const notAborted = new AbortController().signal;
const untilAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

test('identifies a result by the bytes object and the key', async () => {
  const memo = resultMemo<number>(() => true);
  let calls = 0;
  const work = (): Promise<number> => Promise.resolve((calls += 1));
  const results = [
    await memo.get(bytes, 'a', notAborted, work),
    await memo.get(bytes, 'a', notAborted, work),
    await memo.get(bytes, 'b', notAborted, work),
    await memo.get(new Uint8Array([1]), 'a', notAborted, work),
  ];
  expect(results).toEqual([1, 1, 2, 3]);
});

test('caches a permanent failure', async () => {
  const memo = resultMemo<number>(() => true);
  const failing = (): Promise<number> => Promise.reject(new Error('broken'));
  await expect(memo.get(bytes, 'a', notAborted, failing)).rejects.toThrow('broken');
  await expect(memo.get(bytes, 'a', notAborted, () => Promise.resolve(1))).rejects.toThrow('broken');
});

test('does not cache a temporary failure', async () => {
  const memo = resultMemo<number>(() => false);
  const failing = (): Promise<number> => Promise.reject(new Error('busy'));
  const both = [memo.get(bytes, 'a', notAborted, failing), memo.get(bytes, 'a', notAborted, failing)];
  await expect(both[0]).rejects.toThrow('busy');
  await expect(both[1]).rejects.toThrow('busy');
  await expect(memo.get(bytes, 'a', notAborted, () => Promise.resolve(1))).resolves.toBe(1);
});

test('continues the work if one of two callers aborts', async () => {
  const memo = resultMemo<string>(() => true);
  const [one, other] = [new AbortController(), new AbortController()];
  let finish = (_: string): void => {};
  let workSignal: AbortSignal | undefined;
  const work = (signal: AbortSignal): Promise<string> => {
    workSignal = signal;
    return new Promise((resolve) => (finish = resolve));
  };
  const first = memo.get(bytes, 'a', one.signal, work);
  const second = memo.get(bytes, 'a', other.signal, work);
  one.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect(workSignal?.aborted).toBe(false);
  finish('made');
  await expect(second).resolves.toBe('made');
});

test('aborts the work with the last caller, and can start again', async () => {
  const memo = resultMemo<string>(() => true);
  const controller = new AbortController();
  const result = memo.get(bytes, 'a', controller.signal, untilAborted);
  controller.abort(new Error('enough'));
  await expect(result).rejects.toThrow('enough');
  await expect(memo.get(bytes, 'a', controller.signal, untilAborted)).rejects.toThrow('enough');
  await expect(memo.get(bytes, 'a', notAborted, () => Promise.resolve('again'))).resolves.toBe('again');
});
