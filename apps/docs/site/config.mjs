// The site: VitePress over the pages that build.mjs writes. Search works without a server.
import { join } from 'node:path';
import { groupsOf, keywordsOf, pagesOf, referencePages, titleOf, wingsOf } from './pages.mjs';

const pageOfFile = pagesOf();
const pages = [...pageOfFile].map(([file, page]) => ({
  text: titleOf(file),
  link: `/${page.replace(/index$/, '')}`,
  page,
}));
const pageOf = (file) => pages.find(({ page }) => page === pageOfFile.get(file));

/** Sidebar of the packages: the wings with their packages, and then the commands and the plugin. */
const packageSidebar = () => [
  ...wingsOf().map(({ file, files }) => ({ ...pageOf(file), items: files.map(pageOf), collapsed: true })),
  ...['apps/cli/README.md', 'apps/create-majordomo/README.md', 'apps/lint-rule/README.md'].map(pageOf),
];

/** Heading ids as on the repository host, for which the links are written. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** Sidebar of the API reference: packages, with their other entries below them. */
function referenceSidebar() {
  const entries = referencePages()
    .filter((page) => page !== 'reference/index')
    .map((page) => ({ text: page.replace('reference/', ''), link: `/${page}` }));
  const isPackage = ({ text }) => text.split('/').length === 2 || !text.startsWith('@');
  return entries.filter(isPackage).map((entry) => {
    const items = entries.filter(({ text }) => text.startsWith(`${entry.text}/`));
    return items.length === 0 ? entry : { ...entry, items, collapsed: true };
  });
}

/** Lists and evidence that would hide the pages that explain a subject. Decision records are not searched either. */
const NOT_SEARCHED = [
  'index.md',
  'docs/index.md',
  'docs/conformance.md',
  'docs/standards.md',
  'docs/wires.md',
];

/** Returns the headings of a page of the reference that are names: its title, and one per export. */
const namesIn = (text) => [...text.matchAll(/^(?:# |### ).*$/gm)].join('\n\n');

const keywords = keywordsOf();

/** Beginning of the term of a complete keyword. No word of a page begins with it. */
const KEYWORD = 'keywordof';

/** Returns one term per keyword of a comment. A search of exactly this keyword contains the same term. */
const termsOf = (words) =>
  words.split(',').map((word) => KEYWORD + word.toLowerCase().replaceAll(/[\p{Z}\p{P}]+/gu, ''));

/** Returns the text of a page with its keywords and their terms under the title, for the index only. */
const withKeywords = (text, path) => {
  const words = keywords[path.replace(/\.md$/, '')];
  if (words === undefined) return text;
  return text.replace(/^# .*$/m, (title) => [title, words, ...termsOf(words)].join('\n\n'));
};

/** Words of each keyword, by page. A page whose keywords contain the searched words is found early. */
const keywordWords = Object.fromEntries(
  Object.entries(keywords).map(([page, words]) => [`/${page}.html`, words.toLowerCase().split(/[\s,]+/)]),
);

/** The browser evaluates the text of this function and of the next ones, so they contain their data. */
const boostDocument = new Function(
  'id',
  'term',
  `if (term.startsWith('${KEYWORD}')) return 400;
  const keywords = ${JSON.stringify(keywordWords)};
  if (keywords[id.split('#')[0]]?.includes(term)) return 40;
  return id.startsWith('/docs/') ? 3 : id.startsWith('/reference/') ? 0.5 : 1;`,
);

/** Words that name no subject. A search uses them only if it has no other words. */
const STOP_WORDS =
  'a an and are do does for how i if in is it my of on or the to what when which who with your'.split(' ');

/** Returns the words of a search, and the term of the keyword that they form. The page with this keyword is found first. */
const tokenize = new Function(
  'text',
  `const words = text.split(/[\\s\\p{Z}\\p{P}]+/u).filter((word) => word !== '');
  const stopWords = ${JSON.stringify(STOP_WORDS)};
  const subjects = words.filter((word) => !stopWords.includes(word.toLowerCase()));
  return [...(subjects.length === 0 ? words : subjects), '${KEYWORD}' + words.join('').toLowerCase()];`,
);

/** A keyword is found only by its exact text. Other words are found by their beginning too, and by similar words. */
const prefix = new Function('term', `return !term.startsWith('${KEYWORD}');`);
const fuzzy = new Function('term', `return term.startsWith('${KEYWORD}') ? false : 0.2;`);

/** Documents are found before package READMEs, and these before the API reference, of which only the names are searched. */
const search = {
  provider: 'local',
  options: {
    detailedView: true,
    _render: (text, env, markdown) => {
      const path = env.relativePath;
      if (NOT_SEARCHED.includes(path) || path.startsWith('adr/')) return '';
      return markdown.render(path.startsWith('reference/') ? namesIn(text) : withKeywords(text, path), env);
    },
    miniSearch: {
      searchOptions: {
        boost: { title: 6, titles: 2, text: 1 },
        boostDocument,
        tokenize,
        prefix,
        fuzzy,
        // A word counts much more than the beginning of another word, such as "mode" of "model".
        weights: { prefix: 0.1, fuzzy: 0.05 },
      },
    },
  },
};

export default {
  title: 'majordomo',
  description:
    'A TypeScript library that calls large language models through one typed interface and fails over between models',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/images/mark.svg' }]],
  cleanUrls: false,
  ignoreDeadLinks: referencePages().length === 0 ? [/^\/reference\//] : false,
  // Angle brackets in documents are text.
  markdown: {
    anchor: { slugify },
    html: false,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vite: {
    resolve: {
      alias: [{ find: './VPHome.vue', replacement: join(import.meta.dirname, 'home.mjs') }],
    },
  },
  themeConfig: {
    logo: { src: '/images/mark.svg', alt: '' },
    search,
    nav: [
      { text: 'Get started', link: '/docs/getting-started' },
      { text: 'Documentation', link: '/docs/' },
      { text: 'API', link: '/reference/' },
    ],
    sidebar: {
      '/reference/': [{ text: 'API reference', link: '/reference/', items: referenceSidebar() }],
      '/': [
        ...groupsOf().map(({ title, files }) => ({ text: title, items: files.map(pageOf) })),
        { text: 'Packages', link: '/docs/packages', items: packageSidebar(), collapsed: true },
      ],
    },
    editLink: {
      pattern: ({ frontmatter }) =>
        `https://github.com/majordomo-llm/majordomo/edit/main/${frontmatter.source}`,
      text: 'Edit this page',
    },
    socialLinks: [{ icon: 'github', link: 'https://github.com/majordomo-llm/majordomo' }],
    outline: [2, 3],
  },
};
