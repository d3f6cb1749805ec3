import { expect, test } from 'vitest';
import { complaintsAbout } from '../src/compile.ts';
import { filesIn, published, read } from '../src/repository.ts';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...published.flatMap(({ path }) => filesIn(path).filter((file) => file === `${path}/README.md`)),
  ...filesIn('apps').filter((file) => file.endsWith('.md')),
];

/** Examples are compiled and run by themselves: what is quoted from one, word for word, is not compiled again. */
const examples = filesIn('apps/examples/src').map((file) =>
  flat(read(file).replaceAll(/^\s*\/\/ #(?:end)?region.*\n/gm, '')),
);
const isQuoted = (code: string): boolean => examples.some((example) => example.includes(flat(code)));

/** Every other `ts` block, by document and line, is a whole program. */
const blocks = Object.fromEntries(
  documents.flatMap((file) => blocksOf(file)).filter(([, code]) => !isQuoted(code)),
);
const complaints = complaintsAbout(blocks);

test('there is code in the documents', () => {
  expect(Object.keys(blocks).length).toBeGreaterThan(0);
});

test.each(Object.keys(blocks))('the code at %s compiles against the built packages', (name) => {
  expect(complaints[name] ?? []).toEqual([]);
});

test.each(documents)('%s links to files that exist', (file) => {
  const folder = file.split('/').slice(0, -1).join('/');
  const links = [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = '']) => link);
  const known = new Set(filesIn('.').flatMap(withFolders));
  expect(links.filter((link) => !known.has(resolved(folder, link)))).toEqual([]);
});

test('the README of the repository lists every published package, and no other', () => {
  const rows = [...read('README.md').matchAll(/^\| \[`((?:@majordomo\/)?[\w-]+)`\]\((\S+)\)/gm)];
  expect(rows.map(([, name, path]) => `${name} ${path}`).sort()).toEqual(
    published.map(({ manifest, path }) => `${manifest.name} ${path}`).sort(),
  );
});

function blocksOf(file: string): [string, string][] {
  const text = read(file);
  return [...text.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```/gm)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    return [`${file.replaceAll('/', '_')}_${line}.ts`, match[1] ?? ''];
  });
}

function flat(code: string): string {
  return code.replaceAll(/\s+/g, ' ').trim();
}

const withFolders = (file: string): string[] =>
  file.split('/').map((_, index, pieces) => pieces.slice(0, index + 1).join('/'));

function resolved(folder: string, link: string): string {
  const { pathname } = new URL(link, `file:///${folder === '' ? '' : `${folder}/`}`);
  return decodeURI(pathname).replace(/^\/|\/$/g, '');
}
