// Texts of the site for language models, as llmstxt.org describes them: llms.txt lists the pages, llms-full.txt contains the guides,
// and each page has its Markdown at its address with `.md`.
import { groupsOf, pagesOf, pageText, titleOf, wingsOf } from './pages.mjs';

const DESCRIPTION =
  'majordomo is a typed, provider-neutral layer for language models in TypeScript: chains of models with failover, agents, budgets, stores and a gateway. Each vendor is a small package that wraps its official SDK.';

/** Returns the texts by their path in the site. */
export function llmsFiles() {
  const pages = pagesOf();
  const files = new Map([...pages].map(([file, page]) => [`${page}.md`, markdownOf(file, pages)]));
  const guides = groupsOf().filter(({ files: listed }) => listed.length > 0);
  const packages = wingsOf().map(({ file, files: listed }) => ({ title: titleOf(file), files: listed }));
  const apps = {
    title: 'Applications',
    files: [...pages.keys()].filter((file) => /^apps\/[\w-]+\/README\.md$/.test(file)),
  };
  const groups = [...guides, ...packages, apps].map(({ title, files: listed }) => ({
    title,
    files: listed.filter((file) => pages.has(file)),
  }));
  files.set('llms.txt', listOf(groups, pages));
  files.set('llms-full.txt', fullText(guides, pages, files));
  return files;
}

/** Returns the Markdown of a page, with links to the Markdown of other pages and without front matter. */
const markdownOf = (file, pages) =>
  pageText(file, pages)
    .replace(/^---\n[\s\S]*?\n---\n+/, '')
    .replaceAll(/\]\(\/(?!images\/)([^)#]*)(#[^)]*)?\)/g, (_all, page, anchor = '') => {
      const target = page === '' || page.endsWith('/') ? `${page}index` : page;
      return `](/${target}.md${anchor})`;
    });

const listOf = (groups, pages) => {
  const sections = groups.map(
    ({ title, files }) =>
      `## ${title}\n\n${files.map((file) => `- [${titleOf(file)}](/${pages.get(file)}.md)\n`).join('')}`,
  );
  return `# majordomo\n\n> ${DESCRIPTION}\n\n${sections.join('\n')}`;
};

function fullText(guides, pages, files) {
  const listed = guides.flatMap((group) => group.files).filter((file) => pages.has(file));
  return [...new Set(listed)].map((file) => files.get(`${pages.get(file)}.md`)).join('\n\n');
}
