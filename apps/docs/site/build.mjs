// `pnpm site`: writes the documents and the reference as a static site with a search, in dist/. Every problem that check.mjs
// finds fails. `--without-reference` uses the existing reference, if there is one.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vitepress';
import { ROOT } from '../../../tooling/build/packages.ts';
import { IMAGES, pagesOf, pageText, referencePages, referenceText } from './pages.mjs';
import { checkSite } from './check.mjs';
import { llmsFiles } from './llms.mjs';

const HERE = join(import.meta.dirname, '..');
const OUT = join(import.meta.dirname, 'dist');
// Outside the repository, so that tests which read all its files do not read these pages.
const folder = mkdtempSync(join(tmpdir(), 'majordomo-site-'));

try {
  if (!process.argv.includes('--without-reference')) reference();
  await writePages();
  await build(folder, { outDir: OUT });
  for (const [path, text] of llmsFiles()) writeText(join(OUT, path), text);
  await checkSite();
  console.log(`the site is in ${OUT}: any server of files shows it`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function reference() {
  const { status } = spawnSync(process.execPath, [join(HERE, 'reference.mjs')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the reference was not written');
}

async function writePages() {
  const pages = pagesOf();
  for (const [file, page] of pages) writePage(page, pageText(file, pages));
  for (const page of referencePages()) writePage(page, referenceText(page));
  cpSync(join(ROOT, IMAGES), join(folder, 'public/images'), { recursive: true });
  mkdirSync(join(folder, '.vitepress'));
  const config = pathToFileURL(join(import.meta.dirname, 'config.mjs'));
  writeFileSync(
    join(folder, '.vitepress/config.mjs'),
    `export { default } from ${JSON.stringify(config.href)};\n`,
  );
  cpSync(join(import.meta.dirname, 'theme.mjs'), join(folder, '.vitepress/theme/index.mjs'));
  cpSync(join(import.meta.dirname, 'theme.css'), join(folder, '.vitepress/theme/theme.css'));
  symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

function writePage(page, text) {
  writeText(join(folder, `${page}.md`), text);
}

function writeText(place, text) {
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
}
