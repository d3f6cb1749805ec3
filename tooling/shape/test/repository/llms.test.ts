import { expect, test } from 'vitest';
import { llmsFiles } from '../../../../apps/docs/site/llms.mjs';

const files = llmsFiles();
const list = files.get('llms.txt') ?? '';

test('llms.txt has a title, a summary, and sections of links', () => {
  expect(list).toMatch(/^# majordomo\n\n> \S.*\n\n## /);
  expect(list.match(/^- \[/gm)?.length ?? 0).toBeGreaterThan(80);
  expect(list).toContain('- [Get started](/docs/getting-started.md)');
});

test('every link of the Markdown pages leads to a Markdown page', () => {
  const dead = [...files].flatMap(([path, text]) => {
    const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
    const links = [...prose.matchAll(/\]\(\/([^)#]+\.md)/g)].map(([, link = '']) => link);
    return links.filter((link) => !files.has(link)).map((link) => `${path}: /${link}`);
  });
  expect(dead).toEqual([]);
});

test('llms-full.txt contains the guides without front matter', () => {
  const full = files.get('llms-full.txt') ?? '';
  expect(full).toContain('# Get started');
  expect(full).not.toMatch(/^source: /m);
});
