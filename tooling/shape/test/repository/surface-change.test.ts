import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suiteFolder } from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import { filesIn, published, read, ROOT } from '../../src/repository.ts';
import { historyOf, judge, type Verdict } from '../../src/surface-change.ts';

const changesets = filesIn('.changeset')
  .filter((file) => file.endsWith('.md') && !file.endsWith('/README.md'))
  .map(read);
const history = historyOf(ROOT);

const MEANING: Readonly<Record<Verdict, string>> = {
  unknown: 'is not known: this clone has no tags',
  unreleased: 'has nothing to be compared with: no release is tagged',
  unchanged: 'is that of the last release',
  explained: 'has changed with a changeset',
  unexplained: 'has changed since the last release: run `pnpm changeset`, minor or major',
};

const verdicts = published.map(({ path, manifest: { name, version } }) => {
  const verdict = judge({ name, version, path, surface: read(`${path}/api.md`) }, history, changesets);
  return [name, MEANING[verdict], verdict] as const;
});

test.each(verdicts)('the public surface of %s %s', (_name, _meaning, verdict) => {
  expect(verdict).not.toBe('unexplained');
});

describe('in a repository', () => {
  const scratch = suiteFolder();
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...args],
      {
        cwd: scratch,
        encoding: 'utf8',
        stdio: 'pipe',
      },
    );
  const surfaceOf = (line: string): string => `# x\n\n\`\`\`ts surface\n${line}\n\`\`\`\n`;
  mkdirSync(join(scratch, 'packages/x'), { recursive: true });
  git('init', '-q');
  for (const [version, line] of [
    ['1.9.0', 'function a(): void;'],
    ['1.10.0', 'function b(): void;'],
  ] as const) {
    writeFileSync(join(scratch, 'packages/x/api.md'), surfaceOf(line));
    git('add', '.');
    git('commit', '-qm', version);
    git('tag', `@m/x@${version}`);
  }
  git('clone', '-q', '--depth', '1', '--no-tags', pathToFileURL(scratch).href, 'shallow');

  const now = {
    name: '@m/x',
    version: '1.10.0',
    path: 'packages/x',
    surface: surfaceOf('function b(): void;'),
  };
  const changed = { ...now, surface: surfaceOf('function c(): void;') };
  const set = (bump: string): string => `---\n'@m/x': ${bump}\n---\n\nText.\n`;

  test.each([
    [
      'an unchanged surface with other text needs no changeset',
      { ...now, surface: `Hi\n${now.surface}` },
      [],
      'unchanged',
    ],
    ['a change without a changeset is reported', changed, [], 'unexplained'],
    ['an empty changeset explains nothing', changed, ['---\n---\n\nText.\n'], 'unexplained'],
    [
      'a changeset of another package explains nothing',
      changed,
      [set('minor').replace('x', 'y')],
      'unexplained',
    ],
    ['a patch changeset does not cover a change of the surface', changed, [set('patch')], 'unexplained'],
    ['a minor explains it', changed, [set('minor')], 'explained'],
    ['a major explains it, in double quotes too', changed, [set('major').replaceAll("'", '"')], 'explained'],
    ['a raised version explains it', { ...changed, version: '1.11.0' }, [], 'explained'],
    ['a package without a tag was never released', { ...changed, name: '@m/y' }, [], 'unreleased'],
  ] as const)('%s', (_what, candidate, sets, verdict) => {
    expect(judge(candidate, historyOf(scratch), sets)).toBe(verdict);
  });

  test('a shallow clone reports that the tags are missing', () => {
    expect(judge(changed, historyOf(join(scratch, 'shallow')), [])).toBe('unknown');
  });

  test('a folder that is not a clone reports it too', () => {
    expect(judge(changed, historyOf(tmpdir()), [])).toBe('unknown');
  });
});
