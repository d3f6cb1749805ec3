import { expect, test } from 'vitest';
import { ARROWS } from '../../src/arrows.ts';
import { published, read, sourcesOf } from '../../src/repository.ts';
import { loadedBy, runtimeImportsOf } from '../../src/syntax.ts';

const withSdk = published.filter(
  ({ id }) => id.startsWith('provider-') && (ARROWS[id]?.others.length ?? 0) > 0,
);

test.each(withSdk)('$id imports its SDK in one file, which it loads at the first call', (pkg) => {
  const sdks = ARROWS[pkg.id]?.others ?? [];
  const isSdk = (name: string): boolean => sdks.some((sdk) => name === sdk || name.startsWith(`${sdk}/`));
  const wrong = sourcesOf(pkg)
    .filter((file) => file !== `${pkg.path}/src/sdk.ts`)
    .filter((file) => {
      const text = read(file);
      return runtimeImportsOf(file, text).some(isSdk) || loadedBy(file, text).includes('./sdk.ts');
    });
  expect(
    wrong.map((file) => `${file}: only src/sdk.ts may import the SDK; import it with \`import()\` elsewhere`),
  ).toEqual([]);
});

test('core loads exactly five parts at their first use', () => {
  const core = published.find(({ id }) => id === 'core');
  const later = (core === undefined ? [] : sourcesOf(core)).flatMap((file) => {
    const atOnce = loadedBy(file, read(file)).length;
    return runtimeImportsOf(file, read(file))
      .slice(atOnce)
      .map((name) => `${file}: ${name}`);
  });
  const remedy =
    'packages/base/core: a part that is loaded late needs a line here and in decision record 0042';
  expect(later, remedy).toEqual([
    'packages/base/core/src/client/chat-model.ts: ../operations/typed-objects.ts',
    'packages/base/core/src/client/create.ts: ./prepare-targets.ts',
    'packages/base/core/src/client/other-models.ts: ./other-calls.ts',
    'packages/base/core/src/operations/chat.ts: ../prepare/contents.ts',
    'packages/base/core/src/schema/to-json-schema.ts: ./json-schema.ts',
  ]);
});
