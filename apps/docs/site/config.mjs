// The site: VitePress over the pages that build.mjs lays out. Search works without a server.
import { pagesOf, titleOf } from './pages.mjs';

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

export default {
  title: 'majordomo',
  description:
    'A TypeScript library that calls large language models through one typed interface and fails over between models',
  cleanUrls: false,
  ignoreDeadLinks: [/^\/reference\//],
  markdown: { anchor: { slugify } },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Documentation', link: '/docs/' },
      { text: 'Reference', link: '/reference/index.html', target: '_self' },
    ],
    sidebar: [
      { text: 'Documentation', items: within('docs') },
      { text: 'Packages', items: within('packages'), collapsed: true },
      { text: 'Decisions', link: '/adr/', items: within('adr'), collapsed: true },
      {
        text: 'The project',
        items: pages.filter(({ page }) => page === 'contributing' || page === 'security'),
      },
    ],
    socialLinks: [{ icon: 'github', link: 'https://github.com/majordomo-llm/majordomo' }],
    outline: [2, 3],
  },
};
