import { expect, test } from 'vitest';
import { complaintsAbout } from '../../src/compile.ts';
import { documents, fencesOf } from '../../src/documents.ts';
import { published } from '../../src/repository.ts';
import { installedBy } from '../../src/shell.ts';
import { importsOf } from '../../src/syntax.ts';

const fences = documents.flatMap(fencesOf);

/** Every code block is a complete program. */
const blocks = Object.fromEntries(
  fences
    .filter(({ language }) => ['ts', 'tsx', 'js'].includes(language))
    .map(({ at, language, code }) => [
      `${at.replaceAll(/[/:]/g, '_')}.${language === 'tsx' ? 'tsx' : 'ts'}`,
      code,
    ]),
);
const complaints = complaintsAbout(blocks);

test('there is code in the documents', () => {
  expect(Object.keys(blocks).length).toBeGreaterThan(0);
});

test.each(Object.keys(blocks))('the code at %s compiles against the built packages', (name) => {
  expect(
    complaints[name] ?? [],
    `${name}: the document has a program that does not compile; correct it`,
  ).toEqual([]);
});

test('every block of code is in a language that is looked at here or in commands.test.ts', () => {
  const known = new Set(['ts', 'tsx', 'js', 'json', 'sh', '']);
  expect(
    fences.filter(({ language }) => !known.has(language)).map(({ at, language }) => `${at} ${language}`),
  ).toEqual([]);
});

test.each(fences.filter(({ language }) => language === 'json').map(({ at, code }) => [at, code]))(
  'the JSON at %s is JSON',
  (_at, code) => {
    expect(() => JSON.parse(code) as unknown).not.toThrow();
  },
);

test.each(published)('the README of $id installs the packages that it imports', ({ path }) => {
  const own = fencesOf(`${path}/README.md`);
  const installed = own
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n').flatMap(installedBy));
  const imported = own
    .filter(({ language }) => language === 'ts' || language === 'js')
    .flatMap(({ code }) => importsOf('block.ts', code))
    .filter((name) => !/^(?:\.|node:|vitest$)/.test(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  const missing = [...new Set(imported)].filter((name) => !installed.includes(name));
  expect(missing.map((name) => `${path}/README.md: imports ${name}; add it to the install command`)).toEqual(
    [],
  );
});
