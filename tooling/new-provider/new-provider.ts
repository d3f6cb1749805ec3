// `pnpm new:provider NAME`: creates packages/providers/provider-NAME and adds it to the lists of the repository.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../build/packages.ts';
import { providerFiles } from './provider-files.ts';

const name = process.argv[2] ?? '';

try {
  if (existsSync(join(ROOT, `packages/providers/provider-${name}`)))
    throw new Error(`packages/providers/provider-${name} already exists`);
  for (const [file, text] of Object.entries(providerFiles(name))) {
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

All checks pass, except packages/providers/provider-${name}/test/conformance.slow.test.ts, which states what to write.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
