/**
 * `node write.ts` writes the matrix that the harnesses describe. `node write.ts report.json` does so after a run of the suite, and
 * fails if the run does not confirm the matrix. `--check` compares the document without writing it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { featureTable, withFeatures } from './features.ts';
import { ALL_PROFILES } from './profiles.ts';
import { page } from './render.ts';
import { unproven, type Report } from './report.ts';
import { PROFILES, PROVIDERS } from './subjects.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const [report, mode] = process.argv.slice(2);

const missing =
  report === undefined
    ? []
    : unproven([...PROVIDERS, ...PROFILES], JSON.parse(readFileSync(report, 'utf8')) as Report);
for (const line of missing) console.log(line);
if (missing.length > 0) {
  console.log(`${missing.length} cases of the matrix did not pass in ${report}`);
  process.exitCode = 1;
} else if (mode !== '--check') {
  writeFileSync(at('apps/docs/conformance.md'), page(PROVIDERS, PROFILES, ALL_PROFILES));
  const vendors = readFileSync(at('apps/docs/vendors.md'), 'utf8');
  writeFileSync(at('apps/docs/vendors.md'), withFeatures(vendors, featureTable(PROVIDERS)));
}
