import { expect, test } from 'vitest';
import { ARROWS } from '../../src/arrows.ts';
import { MAY_LOAD_SDK, PURE } from '../../src/layout.ts';
import { published, read, sourcesOf } from '../../src/repository.ts';
import { importsOf, runtimeImportsOf } from '../../src/syntax.ts';

const providers = published.filter(({ id }) => id.startsWith('provider-'));

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
