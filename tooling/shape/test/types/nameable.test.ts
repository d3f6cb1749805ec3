import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exists, published, read } from '../../src/repository.ts';

/** Every application has core. Types of the wire kit are in declarations that no public signature reaches (api.md lists those). */
const NAMEABLE = ['@majordomo/core', '@majordomo/wire-kit'];

/**
 * What a declaration takes from another package of ours, the app's compiler has to name in the app's own declarations. A
 * strict installer (pnpm) hides packages that the app did not ask for: the names must be reachable here.
 */
test.each(published.map(({ path, manifest }) => [path, manifest] as const))(
  'types that %s takes from others can be named through it',
  (path, manifest) => {
    expect(exists(`${path}/dist`), `${path} is not built; run \`pnpm build\``).toBe(true);
    const entries = [...JSON.stringify(manifest.exports).matchAll(/"types":"(.+?)"/g)];
    const files = reachable(entries.map(([, name = '']) => join(path, name)));
    const texts = files.map(read);
    const exported = new Set(texts.flatMap((text) => namesIn(text, 'export')));
    const taken = texts.flatMap((text) => namesIn(text, 'import'));
    const hidden = taken.filter((name) => !exported.has(name));
    expect(
      hidden.map(
        (name) => `${path}: a public type needs ${name} of another package; export the type ${name} too`,
      ),
    ).toEqual([]);
  },
);

/** The declarations that an application's compiler reads: those of the entries, and what they refer to. */
function reachable(entries: readonly string[]): readonly string[] {
  const files = new Set(entries);
  for (const file of files)
    for (const [, name = ''] of read(file).matchAll(/from '(\.[^']+)\.(?:ts|js)'/g))
      files.add(`${join(file, '..', name)}.d.ts`);
  return [...files];
}

/** Names in statements about another package of ours. */
function namesIn(text: string, statement: 'import' | 'export'): readonly string[] {
  const pattern = new RegExp(`^${statement} (?:type )?\\{([^}]*)\\} from '(@majordomo/[^']+)'`, 'gm');
  return [...text.matchAll(pattern)]
    .filter(([, , from = '']) => !NAMEABLE.some((name) => from === name || from.startsWith(`${name}/`)))
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim().replace(/^type /, '')));
}
