import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ARROWS } from '../src/arrows.ts';
import {
  DEVIATIONS,
  LONG_FUNCTIONS,
  MAY_LOAD_SDK,
  READER_MEMBERS,
  ROLES,
  SHARED_WIRE_FILES,
  type When,
} from '../src/layout.ts';
import { exists, filesIn, published, read, sourcesOf, type Package } from '../src/repository.ts';
import { declaredIn, functionsIn, importsOf, readersIn, runtimeImportsOf } from '../src/syntax.ts';

const LONGEST_FUNCTION = 60;
const MAX_CORE_FILES = 110;
const providers = published.filter(({ id }) => id.startsWith('provider-'));
const onToolkit = published.filter(({ id }) => id.startsWith('provider-') || id === 'openai-wire');
const sources = published.flatMap(sourcesOf);

describe.each(providers)('$id', (pkg) => {
  const { absent = {}, extra = {}, loads = {} } = DEVIATIONS[pkg.id] ?? {};
  const inSrc = sourcesOf(pkg).map((file) => file.slice(pkg.path.length + 1));
  const textOf = (file: string): string => read(`${pkg.path}/${file}`);

  test('has the files of every provider like it, but for the listed absences', () => {
    const due = Object.entries(ROLES).filter(([, { when }]) => isDue(when, pkg));
    const missing = due.map(([file]) => file).filter((file) => !exists(`${pkg.path}/${file}`));
    expect(missing.sort()).toEqual(Object.keys(absent).sort());
  });

  test('has no file of another name, but for the listed extras', () => {
    const others = inSrc.filter((file) => !(file in ROLES) && !file.startsWith('src/profiles/'));
    expect(others).toEqual(Object.keys(extra).sort());
  });

  test('imports its SDK in one file, so that bundlers can drop unused parts', () => {
    const sdks = ARROWS[pkg.id]?.others ?? [];
    const isSdk = (name: string): boolean => sdks.some((sdk) => name === sdk || name.startsWith(`${sdk}/`));
    const loading = inSrc.filter((file) => runtimeImportsOf(file, textOf(file)).some(isSdk));
    expect(loading.filter((file) => !MAY_LOAD_SDK.includes(file))).toEqual(Object.keys(loads));
  });

  test('has pure files that know neither the provider nor the connection', () => {
    const pure = inSrc.filter((file) => ROLES[file]?.pure);
    const impure = pure.filter((file) =>
      importsOf(file, textOf(file)).some((name) => /^\.\/(?:provider|connection)\.ts$/.test(name)),
    );
    expect(impure).toEqual([]);
  });

  test('has no file that only hands on what another one has', () => {
    const shells = inSrc.filter(
      (file) => file !== 'src/index.ts' && declaredIn(file, textOf(file)).length === 0,
    );
    expect(shells).toEqual([]);
  });
});

describe.each(onToolkit)('$id', (pkg) => {
  const { readers = {}, twins = {} } = DEVIATIONS[pkg.id] ?? {};

  test('makes each reader with one object, and sets nothing on it afterwards', () => {
    const odd = sourcesOf(pkg).filter((file) =>
      readersIn(file, read(file)).some(
        ({ parameters, settable, members }) =>
          parameters !== 1 ||
          settable.some((name) => name !== 'done') ||
          members.some((name) => !READER_MEMBERS.includes(name)),
      ),
    );
    expect(odd.map((file) => file.slice(pkg.path.length + 1))).toEqual(Object.keys(readers));
  });

  test('declares nothing that the wire kit exports', () => {
    const names = sourcesOf(pkg).flatMap((file) => declaredIn(file, read(file)));
    expect([...new Set(names)].filter((name) => kit.has(name)).sort()).toEqual(Object.keys(twins).sort());
  });
});

test('the document of the repository lists the files with a role', () => {
  const [, section = ''] = read('apps/docs/maintaining.md').split('## Layout of a package');
  const rows = [...section.matchAll(/^\| (`(?:src|test)\/[^|]+) \|/gm)];
  const told = rows.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, file]) => file));
  const grownOut = (file: string): boolean => ROLES[file]?.holds.startsWith('of ') === true;
  expect(told).toEqual(Object.keys(ROLES).filter((file) => !grownOut(file)));
});

/** Names that the wire kit exports, without types. */
const kit = new Set(
  [...read('packages/base/wire-kit/src/index.ts').matchAll(/^export \{([^}]*)\}/gm)].flatMap(
    ([, names = '']) => names.split(',').map((name) => name.trim()),
  ),
);

/** Whether the package implements its wire. */
function isDue(when: When, { id }: Package): boolean {
  const { ours = [], others = [] } = ARROWS[id] ?? {};
  if (when === 'own-sdk') return others.length > 0;
  if (when === 'own-wire')
    return !ours.some((name) => name === 'openai-wire' || name.startsWith('provider-'));
  return when === 'always';
}

test('the shared wire has the same file names in a separate folder', () => {
  expect(SHARED_WIRE_FILES.filter((file) => !exists(`packages/providers/openai-wire/${file}`))).toEqual([]);
});

// ESLint limits the lines of files. Its rule for functions also counts the functions inside of a function.
test(`a function of more than ${LONGEST_FUNCTION} lines is listed with its reason`, () => {
  const long = sources.flatMap((file) =>
    functionsIn(file, read(file))
      .filter(({ lines }) => lines > LONGEST_FUNCTION)
      .map(({ name }) => `${file} ${name}`),
  );
  expect(long.sort()).toEqual(Object.keys(LONG_FUNCTIONS).sort());
});

test('the lines of a function do not include those of functions inside of it', () => {
  const code =
    'const outer = () => {\n  const inner = () => {\n    a();\n    b();\n  };\n  return inner;\n};\n';
  expect(functionsIn('probe.ts', code)).toEqual([
    { name: 'outer', lines: 4 },
    { name: 'inner', lines: 4 },
  ]);
});

test(`core has at most ${MAX_CORE_FILES} source files`, () => {
  const core = sources.filter((file) => file.startsWith('packages/base/core/src/'));
  expect(core.length).toBeGreaterThan(1);
  expect(core.length).toBeLessThanOrEqual(MAX_CORE_FILES);
});

test('files have kebab-case names', () => {
  const names = published.flatMap(({ path }) => [...filesIn(`${path}/src`), ...filesIn(`${path}/test`)]);
  const code = names.filter((file) => file.endsWith('.ts'));
  expect(
    code.filter(
      (file) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|alone\.test|d))?\.ts$/.test(basename(file)),
    ),
  ).toEqual([]);
  expect(code.filter((file) => /^(?:utils?|helpers?|common|misc|shared)\b/.test(basename(file)))).toEqual([]);
});

test('an index has named exports and at most a create function', () => {
  const indexes = sources.filter((file) => /^packages\/[\w-]+\/[\w-]+\/src\/index\.ts$/.test(file));
  const chatty = indexes.filter((file) =>
    /export (?:\*|default|function (?!create)|class|const|let)/.test(read(file)),
  );
  expect(chatty).toEqual([]);
});
