// Links of the built site to its own pages and headings.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { DIST } from './serve.mjs';

/** Returns the paths of all pages in the built site. */
export const builtPages = () =>
  readdirSync(DIST, { recursive: true })
    .filter((name) => name.endsWith('.html') && name !== '404.html')
    .sort();

/** Returns the links to pages, pictures or anchors that do not exist. */
export function deadLinks() {
  const files = new Set(readdirSync(DIST, { recursive: true }));
  const html = new Map(builtPages().map((page) => [page, readFileSync(join(DIST, page), 'utf8')]));
  const ids = new Map([...html].map(([page, text]) => [page, new Set(valuesOf(text, / id="([^"]+)"/g))]));
  const dead = [];
  for (const [page, text] of html)
    for (const link of new Set(valuesOf(text, /<(?:a|img)\b[^>]* (?:href|src)="([^"]+)"/g))) {
      if (/^(https?:|mailto:|data:)/.test(link)) continue;
      const [path, anchor] = link.split('#');
      const target = targetOf(page, decodeURI(path));
      const isDead =
        anchor === undefined || anchor === ''
          ? !files.has(target)
          : ids.get(target)?.has(decodeURIComponent(anchor)) !== true;
      if (isDead) dead.push(`${page}: the target of ${link} does not exist`);
    }
  return dead;
}

const valuesOf = (text, pattern) => [...text.matchAll(pattern)].map(([, value]) => value);

function targetOf(page, path) {
  if (path === '') return page;
  const target = posix.join(path.startsWith('/') ? '' : posix.dirname(page), path).replace(/^\//, '');
  return target === '' || target.endsWith('/') ? `${target}index.html` : target;
}
