// Measures the front page of the built site with Lighthouse, which it installs for this run. Fails if the accessibility is less than
// 95 of 100. With `--build`, as in `.ci/outside site`, builds and checks the site before.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foundBinaryOf } from '@majordomo/services';
import { serveSite } from './serve.mjs';

const LIGHTHOUSE = 'lighthouse@13.5.0';
const MIN_ACCESSIBILITY = 95;

if (process.argv.includes('--build')) {
  const build = spawnSync(process.execPath, [join(import.meta.dirname, 'build.mjs')], { stdio: 'inherit' });
  if (build.status !== 0) process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'majordomo-lighthouse-'));
const site = await serveSite();
try {
  // The server runs in this process, so Lighthouse must not block it.
  const report = await run(`${site.url}/index.html`);
  const scores = Object.values(report.categories).map(
    ({ title, score }) => `${title} ${Math.round(score * 100)}`,
  );
  console.log(`Lighthouse of the front page: ${scores.join(', ')}`);
  if (report.categories.accessibility.score * 100 < MIN_ACCESSIBILITY) {
    for (const { score, title } of Object.values(report.audits)) if (score === 0) console.log(`  ${title}`);
    process.exitCode = 1;
  }
} finally {
  site.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Returns the report of Lighthouse. Rejects if it fails. */
async function run(url) {
  const output = join(folder, 'report.json');
  const flags = `--headless=new${process.getuid?.() === 0 ? ' --no-sandbox' : ''}`;
  const argv = [
    '--yes',
    LIGHTHOUSE,
    url,
    '--output=json',
    `--output-path=${output}`,
    '--quiet',
    `--chrome-flags=${flags}`,
  ];
  const env = { ...process.env, CHROME_PATH: foundBinaryOf('chromium') };
  const child = spawn('npx', argv, { env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${LIGHTHOUSE} ended with ${code}`);
  return JSON.parse(readFileSync(output, 'utf8'));
}
