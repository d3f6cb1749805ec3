import { describe, expect, test } from 'vitest';
import { NODE_ONLY } from '../../src/arrows.ts';
import { exists, published, read, sourcesOf } from '../../src/repository.ts';
import { awaitsAtTopLevel, importsOf, readsProcessEnv, withoutComments } from '../../src/syntax.ts';
import { NAMES_VENDORS, OWN_NAMES, VENDOR_FILES, VENDORS } from '../../src/vendors.ts';

const shared = published.filter(({ id }) => id === 'core' || id in OWN_NAMES || id.startsWith('provider-'));
const edgeSafe = published.filter(({ id }) => !(id in NODE_ONLY));

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

describe.each(edgeSafe)('$id', (pkg) => {
  test('imports no node: built-in', () => {
    const imports = sourcesOf(pkg).filter((file) =>
      importsOf(file, read(file)).some((name) => name.startsWith('node:')),
    );
    expect(
      imports.map((file) => `${file}: imports a node: built-in; use a web API, or take it as an option`),
    ).toEqual([]);
  });
});

test.each(published)('$id reads no process.env and does not wait at the top level', (pkg) => {
  // A binary is not imported.
  const files = sourcesOf(pkg).filter((file) => !file.endsWith('/src/bin.ts'));
  const reading = files.filter((file) => readsProcessEnv(file, read(file)));
  expect(reading.map((file) => `${file}: reads process.env; take the value as an option`)).toEqual([]);
  const waiting = files.filter((file) => awaitsAtTopLevel(file, read(file)));
  expect(waiting.map((file) => `${file}: waits at the top level; move the await into a function`)).toEqual(
    [],
  );
});

function foreignNames(code: string, own: readonly string[]): string[] {
  const names = [...code.matchAll(VENDORS)].map(([name]) => name.toLowerCase());
  return [...new Set(names)].filter((name) => !own.includes(name));
}
