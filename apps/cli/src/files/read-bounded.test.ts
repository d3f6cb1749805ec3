import { expect, it } from 'vitest';
import { readBounded, readFileBounded } from './read-bounded.ts';

it('stops reading an endless input at the limit', async () => {
  let chunkCount = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      chunkCount++;
      yield new Uint8Array(1024 * 1024);
    }
  }
  await expect(readBounded(endless(), 3 * 1024 * 1024, 'the pipe')).rejects.toThrow(
    'the pipe is larger than 3 MiB',
  );
  expect(chunkCount).toBe(4);
});

it.each([
  ['/dev/null is empty', '/dev/null'],
  ['nothing.txt cannot be read: the file does not exist', 'nothing.txt'],
])('%s', async (message, path) => {
  await expect(readFileBounded(path, import.meta.dirname, 9)).rejects.toThrow(message);
});
