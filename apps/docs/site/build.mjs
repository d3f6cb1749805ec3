// `pnpm site`: the documents and the reference as a static site with a search, in dist/. A link that leads nowhere fails
// it. `--without-reference` takes the reference that is there, or none.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vitepress';
import { pagesOf, pageText } from './pages.mjs';

const HERE = join(import.meta.dirname, '..');
const OUT = join(import.meta.dirname, 'dist');
/** Output folder of reference.mjs. */
const REFERENCE = join(HERE, 'dist');
const folder = mkdtempSync(join(HERE, '.site-'));

try {
  if (!process.argv.includes('--without-reference')) reference();
  await lay();
  await build(folder, { outDir: OUT });
  if (existsSync(REFERENCE)) cpSync(REFERENCE, join(OUT, 'reference'), { recursive: true });
  console.log(`the site is in ${OUT}: any server of files shows it`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function reference() {
  const { status } = spawnSync(process.execPath, [join(HERE, 'reference.mjs')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the reference was not written');
}

async function lay() {
  const pages = pagesOf();
  for (const [file, page] of pages) {
    const place = join(folder, `${page}.md`);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, pageText(file, pages));
  }
  mkdirSync(join(folder, '.vitepress'));
  const config = pathToFileURL(join(import.meta.dirname, 'config.mjs'));
  writeFileSync(
    join(folder, '.vitepress/config.mjs'),
    `export { default } from ${JSON.stringify(config.href)};\n`,
  );
  symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'), 'junction');
}
