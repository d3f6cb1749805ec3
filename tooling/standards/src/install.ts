import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from '../../runtimes/install.mjs';

/** Returns the packages that a folder of `suites` needs, with their exact versions. */
export function packagesIn(folder: string): Readonly<Record<string, string>> {
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { devDependencies: Readonly<Record<string, string>> }).devDependencies;
}

/** Installs the packages of a folder, or their newest versions. Returns the problem, if any. */
export function install(folder: string, isNewest = false): string | undefined {
  const newest = isNewest ? ['--no-save', ...newestOf(packagesIn(folder))] : [];
  return npm(['install', '--no-package-lock', ...newest], folder);
}

/**
 * Returns the packages of a manifest in their newest versions, as arguments of npm. An alias such as `openai-6` keeps its major
 * version. `versions`: exact versions by name.
 */
export function newestOf(versions: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(versions).map(([name, version]) => {
    const [, packageName, exact] = /^npm:(.+)@([^@]+)$/.exec(version) ?? [];
    return exact === undefined ? `${name}@>=${version}` : `${name}@npm:${packageName}@^${exact}`;
  });
}
