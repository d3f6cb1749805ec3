import { expect, test } from 'vitest';
import { complaintsAbout } from '../../src/compile.ts';
import { documents, fencesOf, proseOf } from '../../src/documents.ts';
import { filesIn, published } from '../../src/repository.ts';
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

/** Returns the packages that the programs of a document import, except Node's. */
const importedBy = (file: string): readonly string[] => [
  ...new Set(
    fencesOf(file)
      .filter(({ language }) => ['ts', 'tsx', 'js'].includes(language))
      .flatMap(({ language, code }) => importsOf(language === 'tsx' ? 'block.tsx' : 'block.ts', code))
      .filter((name) => !/^(?:\.|node:)/.test(name))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
  ),
];

const installedIn = (file: string): readonly string[] =>
  fencesOf(file)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n').flatMap(installedBy));

test.each(published)('the README of $id installs the packages that it imports', ({ path }) => {
  const installed = [...installedIn(`${path}/README.md`), 'vitest'];
  const missing = importedBy(`${path}/README.md`).filter((name) => !installed.includes(name));
  expect(missing.map((name) => `${path}/README.md: imports ${name}; add it to the install command`)).toEqual(
    [],
  );
});

const pages = ['README.md', ...filesIn('apps/docs').filter((file) => /^apps\/docs\/[^/]+\.md$/.test(file))];

test.each(pages.filter((file) => installedIn(file).length > 0))(
  '%s installs the packages that its programs import, or names them in its text',
  (file) => {
    const known = [
      ...installedIn(file),
      ...[...proseOf(file).matchAll(/`([^`\s]+)`/g)].map(([, name]) => name),
    ];
    const missing = importedBy(file).filter((name) => !known.includes(name));
    expect(
      missing.map((name) => `${file}: imports ${name}; add it to the install command or the text`),
    ).toEqual([]);
  },
);
