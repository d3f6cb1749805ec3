import { expect, test } from 'vitest';
import { exists, published, read, sourcesOf } from '../../src/repository.ts';
import { withoutComments } from '../../src/syntax.ts';
import { NAMES_VENDORS, OWN_NAMES, VENDOR_FILES, VENDORS } from '../../src/vendors.ts';

const shared = published.filter(({ id }) => id === 'core' || id in OWN_NAMES || id.startsWith('provider-'));

test.each(shared)('the shared files of $id name no vendor but their own', ({ id, ...pkg }) => {
  const own = OWN_NAMES[id] ?? [];
  const named = sourcesOf({ id, ...pkg })
    .filter((file) => !VENDOR_FILES.test(file) && !(file in NAMES_VENDORS))
    .map((file) => `${file}: ${foreignNames(withoutComments(file, read(file)), own).join(' ')}`);
  const remedy =
    'name no vendor in a shared file: move the code to the provider, or list the file in tooling/shape/src/vendors.ts';
  expect(
    named.filter((line) => !line.endsWith(': ')),
    remedy,
  ).toEqual([]);
});

test('every exception for a file that names vendors is needed', () => {
  const needless = Object.keys(NAMES_VENDORS).filter(
    (file) => exists(file) && foreignNames(withoutComments(file, read(file)), []).length === 0,
  );
  expect(needless).toEqual([]);
});

function foreignNames(code: string, own: readonly string[]): string[] {
  const names = [...code.matchAll(VENDORS)].map(([name]) => name.toLowerCase());
  return [...new Set(names)].filter((name) => !own.includes(name));
}
