import { describe, expect, test } from 'vitest';
import { complaintsAbout } from '../src/compile.ts';
import { anchorsOf, documents, fencesOf, linksOf, records } from '../src/documents.ts';
import { filesIn, published, read } from '../src/repository.ts';
import { installedBy } from '../src/shell.ts';
import { importsOf } from '../src/syntax.ts';

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
  expect(complaints[name] ?? []).toEqual([]);
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
  expect([...new Set(imported)].filter((name) => !installed.includes(name))).toEqual([]);
});

describe('links', () => {
  const known = new Set(filesIn('.').flatMap(withFolders));

  test.each([...documents, ...records])('%s links to files and headings that exist', (file) => {
    const folder = file.split('/').slice(0, -1).join('/');
    const broken = linksOf(file).filter(({ path, anchor }) => {
      const target = path === '' ? file : resolved(folder, path);
      return !known.has(target) || (anchor !== '' && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});

test('the README of the repository has at most 150 lines', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test('the page of packages lists every published package, and no other', () => {
  const rows = [...read('apps/docs/packages.md').matchAll(/^\| \[`((?:@majordomo\/)?[\w-]+)`\]\((\S+)\)/gm)];
  expect(rows.map(([, name, path]) => `${name} ${resolved('apps/docs', path ?? '')}`).sort()).toEqual(
    published.map(({ manifest, path }) => `${manifest.name} ${path}`).sort(),
  );
});

function withFolders(file: string): string[] {
  return file.split('/').map((_, index, pieces) => pieces.slice(0, index + 1).join('/'));
}

function resolved(folder: string, link: string): string {
  const { pathname } = new URL(link, `file:///${folder === '' ? '' : `${folder}/`}`);
  return decodeURI(pathname).replace(/^\/|\/$/g, '');
}
