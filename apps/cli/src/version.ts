import { readFileSync } from 'node:fs';

/** Returns the version of this package. Its package.json is one folder above, in the sources and in the build. */
export function commandVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
