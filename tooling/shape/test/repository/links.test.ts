import { expect, test } from 'vitest';
import { anchorsOf, documents, linksOf, records } from '../../src/documents.ts';
import { filesIn, published, read } from '../../src/repository.ts';

const known = new Set(filesIn('.').flatMap(withFolders));

test.each([...documents, ...records])('%s links to files and headings that exist', (file) => {
  const folder = file.split('/').slice(0, -1).join('/');
  const broken = linksOf(file).filter(({ path, anchor }) => {
    const target = path === '' ? file : resolved(folder, path);
    return !known.has(target) || (anchor !== '' && !anchorsOf(target).includes(anchor));
  });
  expect(
    broken.map(({ path, anchor }) => `${file}: ${path}#${anchor} does not exist; correct the link`),
  ).toEqual([]);
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
