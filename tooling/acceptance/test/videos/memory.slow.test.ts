import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startVideoServer } from './video-server.ts';

const MB = 1_000_000;
/** Size of the large video. With SOAK=1, as in the nightly run, 100 MB. */
const LARGE_MB = process.env['SOAK'] === undefined ? 40 : 100;
const XAI = [{ status: 'done', video: { url: 'ORIGIN/signed/clip.mp4', duration: 6 } }];

it(`a video of ${LARGE_MB} MB is read with at most 16 MB more memory`, { timeout: 60_000 }, async () => {
  await using small = await startVideoServer({ xai: XAI, bytes: 2 * MB });
  await using large = await startVideoServer({ xai: XAI, bytes: LARGE_MB * MB });
  const child = join(import.meta.dirname, 'memory-process.ts');
  const args = ['--no-warnings', '--expose-gc', child, small.origin, large.origin];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(Number(stdout)).toBeLessThan(16 * 2 ** 20);
});
