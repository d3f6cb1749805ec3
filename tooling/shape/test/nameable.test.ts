import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exists, published, read, ROOT } from '../src/repository.ts';

/** Every app has core, and can name what is in it. */
const CORE = '@majordomo/core';

/**
 * What a declaration takes from another package of ours, the app's compiler has to name in the app's own declarations. A
 * strict installer (pnpm) hides packages that the app did not ask for: the names must be reachable here.
 */
test.each(published.map(({ path }) => [path]))(
  'types that %s takes from others can be named through it',
  (path) => {
    const dist = `${path}/dist`;
    expect(exists(dist), 'build first').toBe(true);
    const names = readdirSync(join(ROOT, dist)).filter((name) => name.endsWith('.d.ts'));
    const entries = names.map((name) => read(`${dist}/${name}`));
    const exported = new Set(entries.flatMap((text) => namesIn(text, 'export')));
    const taken = entries.flatMap((text) => namesIn(text, 'import'));
    expect(taken.filter((name) => !exported.has(name))).toEqual([]);
  },
);

/** Names in statements about another package of ours. */
function namesIn(text: string, statement: 'import' | 'export'): readonly string[] {
  const pattern = new RegExp(`^${statement} (?:type )?\\{([^}]*)\\} from '(@majordomo/[^']+)'`, 'gm');
  return [...text.matchAll(pattern)]
    .filter(([, , from = '']) => from !== CORE && !from.startsWith(`${CORE}/`))
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim().replace(/^type /, '')));
}
