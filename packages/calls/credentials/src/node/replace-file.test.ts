import { expect, it } from 'vitest';
import { replaceFile, type System } from './replace-file.ts';

/** Returns a system whose first renames fail with a code, and the number of calls. */
function failingSystem(
  isWindows: boolean,
  times: number,
  code: string,
): System & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    isWindows,
    calls,
    rename: async () => {
      calls.push('rename');
      if (calls.filter((call) => call === 'rename').length <= times)
        throw Object.assign(new Error(code), { code });
    },
    sleep: async () => calls.push('sleep'),
  };
}

it.each(['EACCES', 'EBUSY', 'EPERM'])('retries on Windows while the file is in use (%s)', async (code) => {
  const system = failingSystem(true, 2, code);
  await replaceFile('a', 'b', system);
  expect(system.calls).toEqual(['rename', 'sleep', 'rename', 'sleep', 'rename']);
});

it('rejects on Windows if the file is in use for a second', async () => {
  const system = failingSystem(true, Infinity, 'EPERM');
  await expect(replaceFile('a', 'b', system)).rejects.toThrow('EPERM');
  expect(system.calls.filter((call) => call === 'sleep')).toHaveLength(19);
});

it.each([
  [true, 'ENOSPC'],
  [false, 'EPERM'],
])('does not retry other failures (on Windows: %s, %s)', async (isWindows, code) => {
  const system = failingSystem(isWindows, Infinity, code);
  await expect(replaceFile('a', 'b', system)).rejects.toThrow(code);
  expect(system.calls).toEqual(['rename']);
});
