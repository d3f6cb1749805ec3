// The site: VitePress over the pages that build.mjs writes. Search works without a server.
import { join } from 'node:path';
import { groupsOf, keywordsOf, pagesOf, referencePages, titleOf, wingsOf } from './pages.mjs';

const pages = [...pagesOf()].map(([file, page]) => ({
  text: titleOf(file),
  link: `/${page.replace(/index$/, '')}`,
  page,
}));
const pageOf = (file) => pages.find(({ page }) => page === pagesOf().get(file));

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

/** Returns the text of a page with its keywords under the title, for the index only. */
const withKeywords = (text, path) => {
  const words = keywords[path.replace(/\.md$/, '')];
  return words === undefined ? text : text.replace(/^# .*$/m, (title) => `${title}\n\n${words}`);
};

/** Words of each keyword, by page. A page whose keywords contain the searched words is found first. */
const keywordTerms = Object.fromEntries(
  Object.entries(keywords).map(([page, words]) => [`/${page}.html`, words.toLowerCase().split(/[\s,]+/)]),
);

/** The browser evaluates the text of this function, so it contains its data. */
const boostDocument = new Function(
  'id',
  'term',
  `const keywords = ${JSON.stringify(keywordTerms)};
  if (keywords[id.split('#')[0]]?.includes(term)) return 40;
  return id.startsWith('/docs/') ? 3 : id.startsWith('/reference/') ? 0.5 : 1;`,
);

/** Documents are found before package READMEs, and these before the API reference, of which only the names are searched. */
const search = {
  provider: 'local',
  options: {
    detailedView: true,
    // The name of the button contains its visible text, which ends with the key. A phone shows only the icon.
    translations: { button: { buttonAriaLabel: 'Search K' } },
    _render: (text, env, markdown) => {
      const path = env.relativePath;
      if (NOT_SEARCHED.includes(path) || path.startsWith('adr/')) return '';
      return markdown.render(path.startsWith('reference/') ? namesIn(text) : withKeywords(text, path), env);
    },
    miniSearch: {
      searchOptions: {
        boost: { title: 6, titles: 2, text: 1 },
        boostDocument,
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
