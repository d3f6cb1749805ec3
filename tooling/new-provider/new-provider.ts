// `pnpm new:provider NAME`: lays out packages/provider-NAME, and names it where the repository keeps lists.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { laidOut } from './laid-out.ts';

const ROOT = join(import.meta.dirname, '../..');
const name = process.argv[2] ?? '';

try {
  if (existsSync(join(ROOT, `packages/provider-${name}`)))
    throw new Error(`packages/provider-${name} is there already`);
  for (const [file, text] of Object.entries(laidOut(name))) {
    mkdirSync(dirname(join(ROOT, file)), { recursive: true });
    writeFileSync(join(ROOT, file), text);
    console.log(`wrote ${file}`);
  }
  console.log(`
Then
  npx --yes pnpm@12.21.0 install
  npx --yes pnpm@12.21.0 build
  npx --yes pnpm@12.21.0 format
  npx --yes pnpm@12.21.0 exec vitest run -u --project @majordomo/shape surface

Every gate is green now but for packages/provider-${name}/test/conformance.test.ts, which says what is to be written.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
