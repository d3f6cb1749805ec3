// Matrix of runtimes: runs the conformance suite and a smoke test of chain and agent with the packed packages in every installed
// runtime. `--table` writes the matrix to the documentation.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf } from '../build/packages.ts';
import { installRuntimes } from './install.mjs';
import { printMatrix, writeTable } from './matrix.mjs';
import { installedApp } from './pack.mjs';

const CORE = join(folderOf('core'), 'dist/index.js');
const scratch = mkdtempSync(join(tmpdir(), 'majordomo-runtimes-'));

try {
  process.exitCode = await main();
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}

async function main() {
  if (!existsSync(CORE)) {
    console.error(`runtimes: ${CORE} does not exist; run pnpm build`);
    return 1;
  }
  const problem = installRuntimes();
  if (problem !== undefined) {
    console.log(`runtimes: SKIPPED, the runtimes could not be installed: ${problem}`);
    return 0;
  }
  // Imported after the installation, because `runtimes.mjs` detects the runtimes when it is loaded.
  const [{ RUNTIMES }, { runIn }] = await Promise.all([import('./runtimes.mjs'), import('./run-in.mjs')]);
  const app = installedApp(scratch);
  const rows = [];
  // Runs two runtimes at a time, so that a case's timers do not expire before its requests are sent.
  const left = [...RUNTIMES];
  const worker = async () => {
    for (let runtime = left.shift(); runtime !== undefined; runtime = left.shift())
      rows.push({ runtime, ...(await runIn(runtime, app, scratch)) });
  };
  await Promise.all([worker(), worker()]);
  rows.sort((a, b) => RUNTIMES.indexOf(a.runtime) - RUNTIMES.indexOf(b.runtime));
  const isGood = printMatrix(rows);
  if (isGood && process.argv.includes('--table')) writeTable(rows);
  return isGood ? 0 : 1;
}
