import { describe, expect, test } from 'vitest';
import { circlesIn, importsWithin } from '../../src/imports.ts';
import { workspace } from '../../src/repository.ts';

test.each(workspace)('no files and no folders of $path import each other in a circle', (pkg) => {
  const remedy = `${pkg.path}: move what both files need to a third file`;
  expect(circlesIn(importsWithin(pkg)), remedy).toEqual([]);
});

describe('a circle is found', () => {
  const graph = (edges: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> =>
    new Map(Object.entries(edges));

  test.each([
    [
      'between two files',
      { 'p/src/a.ts': ['p/src/b.ts'], 'p/src/b.ts': ['p/src/a.ts'] },
      ['p/src: a.ts → b.ts → a.ts'],
    ],
    [
      'between two folders whose files have none',
      {
        'p/src/x/a.ts': ['p/src/y/b.ts'],
        'p/src/y/b.ts': [],
        'p/src/y/c.ts': ['p/src/x/d.ts'],
        'p/src/x/d.ts': [],
      },
      ['p/src: x → y → x'],
    ],
    [
      'inside a folder',
      { 'p/src/x/a.ts': ['p/src/x/b.ts'], 'p/src/x/b.ts': ['p/src/x/a.ts'] },
      ['p/src/x: a.ts → b.ts → a.ts'],
    ],
    [
      'and a chain is none',
      { 'p/src/a.ts': ['p/src/x/b.ts'], 'p/src/x/b.ts': ['p/src/c.ts'], 'p/src/c.ts': [] },
      [],
    ],
  ])('%s', (_name, edges, circles) => {
    expect(circlesIn(graph(edges))).toEqual(circles);
  });
});
