import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exists, published, ROOT } from '../src/repository.ts';
import { surfaceOf } from '../src/surface.ts';

/** `vitest run --project @majordomo/shape surface -u` writes it again; the change belongs to a changeset. */
test.each(published)('the public surface of $id is the one in its api.md', async (pkg) => {
  expect(exists(`${pkg.path}/dist/index.d.ts`), 'build first').toBe(true);
  await expect(surfaceOf(pkg)).toMatchFileSnapshot(join(ROOT, pkg.path, 'api.md'));
});
