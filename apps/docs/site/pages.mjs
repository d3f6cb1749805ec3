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
  const parts = text.split(/(^```[\s\S]*?^```$)/gm);
  return parts.map((part) => (part.startsWith('```') ? part : withLinks(part, file, pages))).join('');
}

/** Words that visitors search for, by page of the site. A document names them in a comment under its title. */
export const keywordsOf = () =>
  Object.fromEntries(
    [...pagesOf()].flatMap(([file, page]) => {
      const [, words] = /^<!-- keywords: (.+) -->$/m.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
      return words === undefined ? [] : [[page, words]];
    }),
  );

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

/** Returns the text of a page of the reference, with links to the sources, and without the anchors of table rows. */
export function referenceText(page) {
  const source = readFileSync(join(REFERENCE, `${page.replace('reference/', '')}.md`), 'utf8');
  const text = source
    .replaceAll(/<a id="[^"]*"><\/a> ?/g, '')
    .replaceAll(/^Defined in: (\S+):(\d+)$/gm, (_all, path, line) => `[Source](${SOURCE}${path}#L${line})`);
  return `---\neditLink: false\n---\n\n${text}`;
}
