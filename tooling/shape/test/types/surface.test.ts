import { join } from 'node:path';
import { expect, test } from 'vitest';
import { published, ROOT } from '../../src/repository.ts';
import { surfaceOf } from '../../src/surface.ts';

test.each(published)('the public surface of $id is the one in its api.md', async (pkg) => {
  const remedy = `${pkg.path}/api.md: the public surface has changed; run \`pnpm surface\`, and add a changeset`;
  await expect(surfaceOf(pkg), remedy).toMatchFileSnapshot(join(ROOT, pkg.path, 'api.md'));
});
