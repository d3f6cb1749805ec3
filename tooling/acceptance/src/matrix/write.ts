/**
 * `node write.ts` writes the matrix that the harnesses describe. `node write.ts report.json ...` does so after runs of the suite,
 * and fails if the runs do not confirm the matrix. With `--check`, it writes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { featureTable, withFeatures } from './features.ts';
import { ALL_PROFILES } from './profiles.ts';
import { page } from './render.ts';
import { unproven, type Report } from './report.ts';
import { PROFILES, PROVIDERS } from './subjects.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const given = process.argv.slice(2);
const reports = given.filter((argument) => argument !== '--check');
const testResults = reports.flatMap((file) => (JSON.parse(readFileSync(file, 'utf8')) as Report).testResults);

const missing = reports.length === 0 ? [] : unproven([...PROVIDERS, ...PROFILES], { testResults });
for (const line of missing) console.log(line);
if (missing.length > 0) {
  console.log(`${missing.length} cases of the matrix did not pass in ${reports.join(' and ')}`);
  process.exitCode = 1;
} else if (!given.includes('--check')) {
  writeFileSync(at('apps/docs/conformance.md'), page(PROVIDERS, PROFILES, ALL_PROFILES));
  const vendors = readFileSync(at('apps/docs/vendors.md'), 'utf8');
  writeFileSync(at('apps/docs/vendors.md'), withFeatures(vendors, featureTable(PROVIDERS)));
}
