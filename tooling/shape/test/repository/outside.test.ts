import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../../src/repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'majordomo-outside-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const CHANGED = '2026-03-20T12:00:00Z';

beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, '.ci'), { recursive: true });
  mkdirSync(join(folder, 'packages'));
  cpSync(join(ROOT, '.ci/outside-age.mjs'), join(folder, '.ci/outside-age.mjs'));
  writeFileSync(join(folder, 'packages/index.ts'), '');
  const env = { ...process.env, GIT_AUTHOR_DATE: CHANGED, GIT_COMMITTER_DATE: CHANGED };
  const names = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false'];
  for (const args of [
    ['init', '-q'],
    ['add', 'packages'],
    [...names, 'commit', '-qm', 'a'],
  ])
    execFileSync('git', args, { cwd: folder, env });
});

/** Runs the check with a result of this date, and returns its exit code and output. */
function check(date: string | undefined, result = 'passed'): readonly [number | null, string] {
  const part = { name: 'runtimes', result, seconds: 1, date, commit: 'a' };
  const parts = [{ ...part, name: 'tests', date: CHANGED }, part];
  if (date !== undefined) writeFileSync(join(folder, '.ci/outside.json'), JSON.stringify({ parts }));
  const { status, stdout } = spawnSync(process.execPath, ['.ci/outside-age.mjs'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return [status, stdout];
}

test('a result that is 14 days older than the newest source is accepted', () => {
  expect(check('2026-03-06T12:00:00Z')).toEqual([0, 'outside: the last result is recent enough\n']);
});

test('an older result is refused with the remedy', () => {
  const [status, output] = check('2026-03-05T11:00:00Z');
  expect(status).toBe(1);
  expect(output).toMatch(
    /^outside: the result of runtimes is 15 days older than \w+, of at most 14; run \.ci\/outside, and commit/,
  );
});

test('a missing result is refused with the remedy', () => {
  expect(check(undefined)).toEqual([
    1,
    'outside: .ci/outside.json does not exist; run .ci/outside, and commit .ci/outside.json\n',
  ]);
});

test('a part that failed is printed', () => {
  expect(check('2026-03-20T12:00:00Z', 'failed')[1]).toContain('the part runtimes failed on 2026-03-20');
});
