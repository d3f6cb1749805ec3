import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files whose imports are checked. */
const CODE = /\.(?:js|d\.ts)$/;

/** Returns the manifest of a tarball, the paths of its files, their size in bytes, and the code by its path. */
export function contentsOf(tarball) {
  const scratch = mkdtempSync(join(tmpdir(), 'majordomo-tarball-'));
  try {
    const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', scratch], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${tarball}: ${stderr.trim()}`);
    const folder = join(scratch, 'package');
    const read = (path) => readFileSync(join(folder, path), 'utf8');
    const paths = readdirSync(folder, { recursive: true })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => statSync(join(folder, path)).isFile());
    const bytes = paths.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
    const code = new Map(paths.filter((path) => CODE.test(path)).map((path) => [path, read(path)]));
    return { manifest: JSON.parse(read('package.json')), paths, bytes, code };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
