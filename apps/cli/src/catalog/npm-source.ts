import type { LoadedSource } from '@majordomo/catalog/refresh';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EXIT, Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';

/** Paths of catalog data in the packages `@majordomo/catalog` and `@earendil-works/pi-ai`. */
const PLACES = ['dist/catalog.json', 'catalog.json', 'dist/providers/data'];

/** Matches a package name and version. npm would read a name that begins with a hyphen as an option. */
const PACKAGE = /^(?:@[a-z\d][\w.-]*\/)?[a-z\d][\w.-]*(?:@[\w.^~+-]+)?$/i;

/** Returns a source that unpacks a package with the user's `npm pack` and `tar`. No script of the package runs. */
export function npmSource(name: string, { env }: Pick<Io, 'env'>): LoadedSource {
  if (!PACKAGE.test(name)) throw new Stop(`npm:${name} is not a package name; use npm:NAME@VERSION`);
  return {
    name: `npm:${name}`,
    async load({ signal }) {
      const { fileSource } = await import('@majordomo/catalog/node');
      const folder = await mkdtemp(join(tmpdir(), 'majordomo-npm-'));
      const run = promisify(execFile);
      const options = { cwd: folder, env: { ...env }, signal };
      try {
        const { stdout } = await run('npm', ['pack', name, '--ignore-scripts', '--silent'], options);
        // npm prints the name of the archive.
        await run('tar', ['-xzf', stdout.trim()], options);
        const paths = PLACES.map((place) => join(folder, 'package', place));
        const path = paths.find((each) => existsSync(each));
        if (path === undefined)
          throw new Stop(`npm:${name} lacks ${PLACES.join(' or ')}; use npm:@majordomo/catalog`, EXIT.failed);
        const loaded = await fileSource(path).load({ signal, etag: undefined });
        return loaded && { data: loaded.data };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
