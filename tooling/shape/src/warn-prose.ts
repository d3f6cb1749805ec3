// Warns about expressions in comments and documents that have a better replacement: in the lines that this branch changes, or with
// `--all` in every line. It never fails, because the list only knows expressions, not their meaning.
import { spawnSync } from 'node:child_process';
import { EXCEPTIONS, EXPRESSIONS } from './prose-rules.ts';
import { addedLines, findings, proseLines } from './prose.ts';
import { ROOT } from './repository.ts';

const isAll = process.argv.includes('--all');
const changed = isAll ? undefined : addedLines(diffOfBranch());
const lines = proseLines().filter(({ file, line }) => changed?.has(`${file}:${line}`) ?? true);
const found = findings(lines, EXPRESSIONS, EXCEPTIONS);
for (const { prose, expressions } of found) {
  const replacements = expressions.map(({ replacement }) => replacement).join('; ');
  console.log(`warning: ${prose.file}:${prose.line} ${prose.text}\n    write: ${replacements}`);
}
const where = isAll ? 'lines' : 'changed lines';
if (found.length > 0)
  console.log(`${found.length} of ${lines.length} ${where} contain an expression to replace`);

/** Returns the difference to the branch main, or to the last commit if the branch does not exist. */
function diffOfBranch(): string {
  const base = ['origin/main', 'main'].map((name) => git('merge-base', 'HEAD', name).trim()).find(Boolean);
  return git('diff', '--unified=0', '--no-ext-diff', '--no-color', base ?? 'HEAD', '--');
}

/** Returns the output of git, or an empty text if it fails. */
function git(...args: readonly string[]): string {
  const { error, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e9 });
  return error === undefined ? stdout : '';
}
