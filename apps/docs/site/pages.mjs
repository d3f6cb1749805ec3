// Pages of the site: path and links of every document of the repository.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { packagesIn, ROOT } from '../../../tooling/build/packages.ts';

/** Output folder of reference.mjs. */
const REFERENCE = join(import.meta.dirname, '../dist');
const SOURCE = 'https://github.com/majordomo-llm/majordomo/blob/main/';

/** Path in the repository → path in the site, without `.md`. */
export function pagesOf() {
  const pages = new Map([
    ['apps/docs/site/home.md', 'index'],
    ['CONTRIBUTING.md', 'contributing'],
    ['SECURITY.md', 'security'],
    ['packages/base/core/ARCHITECTURE.md', 'docs/core-architecture'],
    ['apps/docs/README.md', 'docs/index'],
    ['apps/examples/README.md', 'docs/examples'],
    ['apps/cli/README.md', 'packages/cli'],
    ['apps/create-majordomo/README.md', 'packages/create-majordomo'],
    ['apps/lint-rule/README.md', 'packages/eslint-plugin'],
    ['adr/README.md', 'adr/index'],
  ]);
  for (const name of markdownIn('apps/docs')) pages.set(`apps/docs/${name}.md`, `docs/${name}`);
  for (const name of markdownIn('adr')) pages.set(`adr/${name}.md`, `adr/${name}`);
  for (const [wing, packages] of wings()) {
    pages.set(`packages/${wing}/README.md`, `packages/${wing}`);
    for (const { id, path } of packages) pages.set(`${path}/README.md`, `packages/${id}`);
  }
  return pages;
}

/** Packages by wing, without those of `apps` and `tooling`. */
const wings = () =>
  Map.groupBy(
    packagesIn().filter(({ wing }) => wing !== undefined),
    ({ wing }) => wing,
  );

/** Groups of the sidebar: each wing, with the documents of its packages. */
export const wingsOf = () =>
  [...wings()].map(([wing, packages]) => ({
    file: `packages/${wing}/README.md`,
    files: packages.map(({ path }) => `${path}/README.md`),
  }));

const markdownIn = (folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => name.slice(0, -'.md'.length));

/** Groups of the sidebar: each section of the documentation's front page, with the documents that it lists. */
export const groupsOf = () =>
  readFileSync(join(ROOT, 'apps/docs/README.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      files: [...section.matchAll(/^- \[[^\]]+\]\(([^)#]+)\)/gm)].map(([, link]) =>
        posix.join('apps/docs', link),
      ),
    }));

/** Returns the text of a page. Links to other files point to the repository; a broken link throws. */
export function pageText(file, pages) {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const text = source.startsWith('---\n')
    ? source.replace('---\n', `---\nsource: ${file}\n`)
    : `---\nsource: ${file}\n---\n\n${source}`;
  return linkedText(text, file, pages);
}

/** Returns the text with links to pages of the site, except in programs. */
const linkedText = (text, file, pages) =>
  text
    .split(/(^```[\s\S]*?^```$)/gm)
    .map((part) => (part.startsWith('```') ? part : withLinks(part, file, pages)))
    .join('');

/** Words that visitors search for, by page of the site. A document names them in a comment under its title. */
export const keywordsOf = () =>
  Object.fromEntries(
    [...pagesOf()].flatMap(([file, page]) => {
      const [, words] = /^<!-- keywords: (.+) -->$/m.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
      return words === undefined ? [] : [[page, words]];
    }),
  );

/** Returns the keywords that several pages have, so that a search of them has no right page. */
export function repeatedKeywords() {
  const words = Object.values(keywordsOf()).flatMap((list) => list.split(', '));
  return words
    .filter((word, at) => words.indexOf(word) !== at)
    .map((word) => `two pages have the keyword "${word}"`);
}

export const titleOf = (file) => /^# (.+)$/m.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1] ?? file;

/** Folder of pictures in the repository. The site serves it as `/images/`. */
export const IMAGES = 'apps/docs/images';

const withLinks = (text, file, pages) =>
  text
    .replaceAll(/<!--[\s\S]*?-->\n?|<a id="[^"]*"><\/a>/g, '')
    .replaceAll(`](${SOURCE}`, () => `](${'../'.repeat(file.split('/').length - 1)}`)
    .replaceAll(/\]\((?!https?:|mailto:|#)([^)#\s]*)(#[^)\s]*)?\)/g, (_all, path, anchor = '') => {
      const target = posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
      if (!existsSync(join(ROOT, target))) throw new Error(`${file}: there is no ${path}`);
      if (target.startsWith(`${IMAGES}/`)) return `](/images/${posix.basename(target)})`;
      const place = statSync(join(ROOT, target)).isDirectory() ? `${target}/README.md` : target;
      const page = place === 'README.md' ? 'index' : (pages.get(place) ?? pages.get(target));
      return page === undefined
        ? `](${SOURCE}${target}${anchor})`
        : `](/${page.replace(/index$/, '')}${anchor})`;
    });

/** Returns the pages of the API reference in the site, one per entry of a package; `[]` if reference.mjs has not run. */
export const referencePages = () =>
  existsSync(REFERENCE)
    ? readdirSync(REFERENCE, { recursive: true })
        .filter((name) => name.endsWith('.md'))
        .map((name) => `reference/${name.slice(0, -'.md'.length)}`)
        .sort()
    : [];

/** README of the package, by the page of its main entry in the reference. */
const readmes = () =>
  new Map(
    packagesIn()
      .filter(({ manifest }) => manifest.private !== true)
      .map(({ path, manifest }) => [`reference/${manifest.name}`, `${path}/README.md`]),
  );

/** Returns the text of a page of the reference, with links to the sources, and with an introduction from the package's README. */
export function referenceText(page) {
  if (page === 'reference/index') return withFrontMatter(referenceIndex());
  const source = readFileSync(join(REFERENCE, `${page.replace('reference/', '')}.md`), 'utf8');
  const readme = readmes().get(page);
  const text = source
    .replaceAll(ANCHOR, '$2 {#$1}')
    .replaceAll(/^Defined in: (\S+):(\d+)$/gm, (_all, path, line) => `[Source](${SOURCE}${path}#L${line})`);
  return withFrontMatter(
    readme === undefined ? text : text.replace(/^# .*$/m, (title) => `${title}\n\n${introduction(readme)}`),
  );
}

/** Anchor of a heading or of the name in a table's row. The site has no HTML in Markdown, so the heading or name receives the id. */
const ANCHOR = /<a id="([^"]*)"><\/a>\s+(#+ .*$|`[^`]*`)/gm;

const withFrontMatter = (text) => `---\neditLink: false\n---\n\n${text}`;

/** Returns the text of a README up to the end of its first program, and a link to the rest. */
function introduction(readme) {
  const pages = pagesOf();
  const [, head] = /^# .*\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(readFileSync(join(ROOT, readme), 'utf8'));
  const program = /^```[tj]s$[\s\S]*?^```$/m.exec(head);
  const start = program === null ? head : head.slice(0, program.index + program[0].length);
  const page = `/${pages.get(readme)}`;
  const more = `Guides and limits: [the page of the package](${page}).`;
  return `${linkedText(start.trim(), readme, pages).replaceAll('](#', `](${page}#`)}\n\n${more}`;
}

/** Returns the first page of the reference: the packages by wing, with their first sentences and other entries. */
function referenceIndex() {
  const entries = referencePages();
  const item = (readme, page) => {
    const others = entries.filter((entry) => entry.startsWith(`${page}/`));
    const links = others.map((entry) => `[${entry.slice(page.length)}](/${entry})`).join(', ');
    const name = page.replace('reference/', '');
    return `- [${name}](/${page}): ${firstSentence(readme)}${links === '' ? '' : `  \n  Other entries: ${links}`}`;
  };
  const pageOf = new Map([...readmes()].map(([page, readme]) => [readme, page]));
  const section = (title, files) => [
    `## ${title[0].toUpperCase()}${title.slice(1)}`,
    files
      .filter((file) => pageOf.has(file))
      .map((file) => item(file, pageOf.get(file)))
      .join('\n'),
  ];
  const inWings = wingsOf();
  const others = [...pageOf.keys()].filter((readme) => !inWings.some(({ files }) => files.includes(readme)));
  return [
    '# API reference',
    'Every export of every package. Applications begin with [`createMajordomo`](/reference/@majordomo/core#createmajordomo).',
    ...inWings.flatMap(({ file, files }) => section(titleOf(file), files)),
    ...section('Commands and rules', others),
  ].join('\n\n');
}

/** Returns the first sentence of a README, without links and the line with its rank. */
function firstSentence(readme) {
  const source = readFileSync(join(ROOT, readme), 'utf8').replaceAll(/<!--[\s\S]*?-->\n+|^> .*\n+/gm, '');
  const [, paragraph] = /^# .*\n\n([\s\S]*?)\n\n/m.exec(source);
  const text = paragraph.replaceAll('\n', ' ').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return /^.*?\.(?= [A-Z]|$)/.exec(text)?.[0] ?? text;
}
