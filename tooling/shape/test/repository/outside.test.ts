import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { beforeEach, expect, test } from 'vitest';
import { PARTS } from '../../../../.ci/outside-parts.mjs';
import { ROOT } from '../../src/repository.ts';

const folder = suiteFolder();

const CHANGED = '2026-03-20T12:00:00Z';

beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, '.ci'), { recursive: true });
  mkdirSync(join(folder, 'packages'));
  for (const file of ['outside-age.mjs', 'outside-parts.mjs'])
    cpSync(join(ROOT, '.ci', file), join(folder, '.ci', file));
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

/** Runs the check with results of this date, and returns its exit code and output. Only the result of `runtimes` may differ. */
function check(date: string | undefined, result = 'passed'): readonly [number | null, string] {
  mkdirSync(join(folder, '.ci/results'));
  for (const name of Object.keys(PARTS)) {
    const written = name === 'runtimes' ? { result, date } : { result: 'passed', date: CHANGED };
    if (written.date === undefined) continue;
    writeFileSync(join(folder, `.ci/results/${name}.json`), JSON.stringify(written));
  }
  const { status, stdout } = spawnSync(process.execPath, ['.ci/outside-age.mjs'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return [status, stdout];
}

test('a result that is 14 days older than the newest source is accepted', () => {
  expect(check('2026-03-06T12:00:00Z')).toEqual([0, 'outside: each part has passed recently enough\n']);
});

test('an older result is refused with the remedy', () => {
  const [status, output] = check('2026-03-05T11:00:00Z');
  expect(status).toBe(1);
  expect(output).toMatch(
    /^outside: the result of runtimes is 15 days older than \w+, of at most 14; run \.ci\/outside runtimes, and commit/,
  );
});

test('a missing result is refused with the remedy', () => {
  expect(check(undefined)).toEqual([
    1,
    'outside: .ci/results/runtimes.json does not exist; run .ci/outside runtimes, and commit .ci/results/runtimes.json\n',
  ]);
});

test('a part that failed is refused', () => {
  const [status, output] = check('2026-03-20T12:00:00Z', 'failed');
  expect(status).toBe(1);
  expect(output).toContain('the part runtimes failed on 2026-03-20');
});
