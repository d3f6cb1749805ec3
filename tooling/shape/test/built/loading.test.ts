import { beforeAll, describe, expect, test } from 'vitest';
import { ARROWS } from '../../src/arrows.ts';
import { builtAs, entriesOf, importAll, requireAll, type Loaded } from '../../src/loading.ts';
import { published, read } from '../../src/repository.ts';
import { loadedBy } from '../../src/syntax.ts';

/** Entry point whose `require` returns its default export, as configurations in CommonJS expect of an ESLint plugin. */
const PLUGIN = '@majordomo/eslint-plugin';

const entries = published.flatMap(entriesOf);
let imported: Readonly<Record<string, Loaded>>;
let required: Readonly<Record<string, Loaded>>;

beforeAll(async () => {
  [imported, required] = await Promise.all([importAll(entries), requireAll(entries)]);
});

describe.each(entries)('%s', (entry) => {
  test('loads by import and by require, with the same names', () => {
    expect(imported[entry]?.problem).toBeUndefined();
    expect(required[entry]?.problem).toBeUndefined();
    expect(imported[entry]?.names).not.toEqual([]);
    const names = entry === PLUGIN ? ['configs', 'meta', 'rules'] : imported[entry]?.names;
    expect(required[entry]?.names).toEqual(names);
  });

  test('does no work at import: it prints nothing, and starts nothing that keeps the process alive', () => {
    expect(imported[entry]).toMatchObject({ output: '', resources: [] });
  });
});

const withSdk = published.filter(
  ({ id }) => id.startsWith('provider-') && (ARROWS[id]?.others.length ?? 0) > 0,
);

test.each(withSdk)('the built files of $id load its SDK at the first call, not at import', (pkg) => {
  const sdks = ARROWS[pkg.id]?.others ?? [];
  const isSdk = (name: string): boolean => sdks.some((sdk) => name === sdk || name.startsWith(`${sdk}/`));
  const files = entriesOf(pkg).map((entry) => builtAs(pkg, entry));
  expect(files.filter((file) => loadedBy(file, read(file)).some(isSdk))).toEqual([]);
});
