import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { LoadedSource } from '../refresh/contract.ts';

/**
 * Returns a source that reads a JSON file, a gzipped JSON file (`.gz`), or all `*.json` files of a folder.
 *
 * @example
 * const catalog = await refreshed({ from: fileSource('catalog.json') });
 */
export function fileSource(path: string): LoadedSource {
  return {
    name: path,
    async load({ signal, etag }) {
      const about = await stat(path);
      const names = about.isDirectory()
        ? (await readdir(path)).filter((name) => name.endsWith('.json')).map((name) => join(path, name))
        : [path];
      const times = await Promise.all(names.map(async (name) => (await stat(name)).mtimeMs));
      const newest = Math.max(about.mtimeMs, ...times);
      const version = `${newest}-${about.size}-${names.length}`;
      if (version === etag) return undefined;
      const contents = await Promise.all(names.map((name) => readJson(name, signal)));
      const data = about.isDirectory()
        ? Object.fromEntries(names.map((name, index) => [basename(name), contents[index]]))
        : contents[0];
      return { data, etag: version, date: new Date(newest).toISOString().slice(0, 10) };
    },
  };
}

async function readJson(path: string, signal: AbortSignal): Promise<unknown> {
  const bytes = await readFile(path, { signal });
  const text = path.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes;
  return JSON.parse(text.toString('utf8'));
}
