// `pnpm generate`: writes the files that list the vendors, and then the pages and snapshots that contain these lists.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build/packages.ts';
import { vendorFiles, vendorsIn } from './vendors.ts';

for (const [path, text] of Object.entries(vendorFiles(await vendorsIn()))) {
  writeFileSync(join(ROOT, path), text);
  console.log(`wrote ${path}`);
}

const node = (...args: readonly string[]): void => {
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
};
/** Tests whose snapshots contain all vendors. */
const SNAPSHOTS = [
  'packages/providers/openai-wire/src/chat/profile.test.ts',
  'tooling/shape/test/types/surface.test.ts',
];
node('node_modules/turbo/bin/turbo', 'run', 'build', '--output-logs=errors-only');
node('node_modules/vitest/vitest.mjs', 'run', ...SNAPSHOTS, '--update');
node('tooling/acceptance/src/matrix/write.ts');
node('apps/docs/tables.ts');
