import { expect, test } from 'vitest';
import budgets from '../budgets.json' with { type: 'json' };
import { published, read, sourcesOf } from '../src/repository.ts';

/**
 * Total lines of a package's sources, without tests and generated data. A package above its `goal` may not grow. The commit
 * that raises `lines` gives the reason.
 */
interface Budget {
  readonly lines: number;
  readonly goal?: number;
}

const BUDGETS: Readonly<Record<string, Budget | undefined>> = budgets;

test.each(published)('$id has a budget of lines and keeps it', (pkg) => {
  const sources = sourcesOf(pkg).filter((file) => !file.includes('/generated/'));
  const lines = sources.reduce((sum, file) => sum + read(file).split('\n').length - 1, 0);
  expect(BUDGETS[pkg.id], 'add the package to budgets.json').toBeDefined();
  expect(lines).toBeLessThanOrEqual(BUDGETS[pkg.id]?.lines ?? 0);
});
