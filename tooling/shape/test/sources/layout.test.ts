import { expect, test } from 'vitest';
import { ARROWS } from '../../src/arrows.ts';
import { LONG_FUNCTIONS, MAY_LOAD_SDK, PURE } from '../../src/layout.ts';
import { published, read, sourcesOf } from '../../src/repository.ts';
import { functionsIn, importsOf, runtimeImportsOf } from '../../src/syntax.ts';

const LONGEST_FUNCTION = 60;
const providers = published.filter(({ id }) => id.startsWith('provider-'));
const sources = published.flatMap(sourcesOf);

test.each(providers)('$id imports its SDK in one file, so that bundlers can drop unused parts', (pkg) => {
  const sdks = ARROWS[pkg.id]?.others ?? [];
  const isSdk = (name: string): boolean => sdks.some((sdk) => name === sdk || name.startsWith(`${sdk}/`));
  const wrong = sourcesOf(pkg)
    .filter((file) => !MAY_LOAD_SDK.includes(file.slice(pkg.path.length + 1)))
    .filter((file) => runtimeImportsOf(file, read(file)).some(isSdk));
  expect(wrong.map((file) => `${file}: imports the SDK; take it from ${pkg.path}/src/sdk.ts`)).toEqual([]);
});

test.each(providers)('the pure files of $id import neither the provider nor the connection', (pkg) => {
  const impure = sourcesOf(pkg)
    .filter((file) => PURE.includes(file.slice(pkg.path.length + 1)))
    .filter((file) =>
      importsOf(file, read(file)).some((name) => /^\.\/(?:provider|connection)\.ts$/.test(name)),
    );
  expect(
    impure.map((file) => `${file}: imports provider.ts or connection.ts; pass what it needs as a parameter`),
  ).toEqual([]);
});

// ESLint limits the lines of files. Its rule for functions also counts the functions inside of a function.
test(`a function of more than ${LONGEST_FUNCTION} lines is listed with its reason`, () => {
  const long = sources.flatMap((file) =>
    functionsIn(file, read(file))
      .filter(({ lines }) => lines > LONGEST_FUNCTION)
      .map(({ name }) => `${file} ${name}`),
  );
  const remedy = 'split the function, or list it with its reason in tooling/shape/src/layout.ts';
  expect(long.sort(), remedy).toEqual(Object.keys(LONG_FUNCTIONS).sort());
});

test('the lines of a function do not include those of functions inside of it', () => {
  const code =
    'const outer = () => {\n  const inner = () => {\n    a();\n    b();\n  };\n  return inner;\n};\n';
  expect(functionsIn('probe.ts', code)).toEqual([
    { name: 'outer', lines: 4 },
    { name: 'inner', lines: 4 },
  ]);
});
