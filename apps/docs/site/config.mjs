// The site: VitePress over the pages that build.mjs writes. Search works without a server.
import { groupsOf, pagesOf, titleOf } from './pages.mjs';

const pages = [...pagesOf()].map(([file, page]) => ({
  text: titleOf(file),
  link: `/${page.replace(/index$/, '')}`,
  page,
}));
const within = (folder) =>
  pages.filter(({ page }) => page.startsWith(`${folder}/`) && !page.endsWith('/index'));

/** Heading ids as on the repository host, for which the links are written. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** Lists and evidence that would hide the pages that explain a subject. Decision records are not searched either. */
const NOT_SEARCHED = ['index.md', 'docs/index.md', 'docs/conformance.md', 'docs/wires.md'];

/** Documents are found before package READMEs. */
const search = {
  provider: 'local',
  options: {
    _render: (text, env, markdown) => {
      const isSearched = !NOT_SEARCHED.includes(env.relativePath) && !env.relativePath.startsWith('adr/');
      return isSearched ? markdown.render(text, env) : '';
    },
    miniSearch: {
      searchOptions: {
        boost: { title: 6, titles: 2, text: 1 },
        boostDocument: (id) => (String(id).startsWith('/docs/') ? 3 : 1),
      },
    },
  },
};

export default {
  title: 'majordomo',
  description:
    'A TypeScript library that calls large language models through one typed interface and fails over between models',
  cleanUrls: false,
  ignoreDeadLinks: [/^\/reference\//],
  // Angle brackets in documents are text.
  markdown: { anchor: { slugify }, html: false },
  themeConfig: {
    search,
    nav: [
      { text: 'Get started', link: '/docs/getting-started' },
      { text: 'Documentation', link: '/docs/' },
      { text: 'API', link: '/reference/index.html', target: '_self' },
    ],
    sidebar: [
      ...groupsOf().map(({ title, files }) => ({
        text: title,
        items: files.map((file) => pages.find(({ page }) => page === pagesOf().get(file))),
        collapsed: title === 'Project',
      })),
      { text: 'Packages', items: within('packages'), collapsed: true },
    ],
    editLink: {
      pattern: ({ frontmatter }) =>
        `https://github.com/majordomo-llm/majordomo/edit/main/${frontmatter.source}`,
      text: 'Edit this page',
    },
    socialLinks: [{ icon: 'github', link: 'https://github.com/majordomo-llm/majordomo' }],
    outline: [2, 3],
  },
};
