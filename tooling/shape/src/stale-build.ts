import { join } from 'node:path';
import { builtFrom, hashOfSources } from '../../build/source-hash.ts';
import { ROOT, type Package } from './repository.ts';

/** Returns what is wrong with the build of a package, with the remedy. Returns `undefined` if it was built from the current sources. */
export function staleBuildOf({ path }: Package): string | undefined {
  const folder = join(ROOT, path);
  const built = builtFrom(folder);
  if (built === hashOfSources(folder)) return undefined;
  const problem = built === undefined ? 'is not built' : 'was built from other sources';
  return `${path}: ${problem}; build first: run \`pnpm build\`, or \`pnpm surface\` to update the snapshots as well`;
}
