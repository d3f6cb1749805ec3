import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, matchesGlob, relative, sep } from 'node:path';
import { packagesIn } from './packages.ts';

type Dependencies = Readonly<Record<string, string>>;
interface Manifest {
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
}

/**
 * Copies templates of applications, without the files that their `_gitignore` lists. Versions `workspace:^` become the current
 * versions of the packages.
 */
export function writeTemplates(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    const isIgnored = ignoredBy(join(source, '_gitignore'));
    cpSync(source, join(to, name), {
      recursive: true,
      filter: (path) => !relative(source, path).split(sep).some(isIgnored),
    });
    const manifest = join(to, name, 'package.json');
    const written = published(JSON.parse(readFileSync(manifest, 'utf8')) as Manifest);
    writeFileSync(manifest, `${JSON.stringify(written, undefined, 2)}\n`);
  }
}

/** Returns whether a file or folder is ignored. Each line of the file is a name, which may contain `*`. */
function ignoredBy(file: string): (name: string) => boolean {
  const lines = readFileSync(file, 'utf8').split('\n');
  const patterns = ['.turbo', ...lines.map((line) => line.replace(/\/$/, ''))];
  return (name) => name !== '' && patterns.some((pattern) => matchesGlob(name, pattern));
}

function published(manifest: Manifest): Manifest {
  const versions = new Map(packagesIn().map(({ manifest: { name, version } }) => [name, version]));
  const withVersions = (dependencies: Dependencies = {}): Dependencies =>
    Object.fromEntries(
      Object.entries(dependencies).map(([name, range]) => [
        name,
        range === 'workspace:^' ? `^${versions.get(name) ?? 'missing'}` : range,
      ]),
    );
  return {
    ...manifest,
    dependencies: withVersions(manifest.dependencies),
    devDependencies: withVersions(manifest.devDependencies),
  };
}
