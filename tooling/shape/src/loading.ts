import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, type Package } from './repository.ts';

/** Result of loading an entry point. */
export interface Loaded {
  /** Exported names, sorted. */
  readonly names: readonly string[];
  /** Output of the entry point to stdout. */
  readonly output: string;
  /** Timers, sockets and other resources that the entry started. */
  readonly resources: readonly string[];
  /** Why the entry cannot be loaded. */
  readonly problem?: string;
}

/** Returns the entry points of a package: its name for `.`, and its name with the subpath for others. */
export const entriesOf = ({ manifest }: Package): readonly string[] =>
  Object.keys(manifest.exports ?? {})
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => manifest.name + entry.slice(1));

/** Returns the built file of an entry point: `dist/chat.js` for `…/chat`. */
export const builtAs = ({ path, manifest }: Package, entry: string): string =>
  `${path}/dist/${entry.slice(manifest.name.length + 1) || 'index'}.js`;

/** Loads all entry points with `import`, one after another in one process, because a process for each takes a minute. */
export const importAll = (entries: readonly string[]): Promise<Readonly<Record<string, Loaded>>> =>
  loadAll('module', 'await import(entry)', entries);

/** Loads all entry points with `require`. */
export const requireAll = (entries: readonly string[]): Promise<Readonly<Record<string, Loaded>>> =>
  loadAll('commonjs', 'require(entry)', entries);

// Node adds `__esModule` to a required module with a default export, and `module.exports` to an imported one.
const PROGRAM = (load: string): string => `
  const write = process.stdout.write.bind(process.stdout);
  let output = '';
  process.stdout.write = (text) => { output += text; return true; };
  const isOfNode = (name) => name === '__esModule' || name === 'module.exports';
  const run = async () => {
    const loaded = {};
    for (const entry of JSON.parse(process.argv[1])) {
      const before = process.getActiveResourcesInfo();
      output = '';
      try {
        const names = Object.keys(${load}).filter((name) => !isOfNode(name)).sort();
        const resources = process.getActiveResourcesInfo().filter((name) => !before.includes(name));
        loaded[entry] = { names, output, resources };
      } catch (error) {
        loaded[entry] = { names: [], output, resources: [], problem: String(error) };
      }
    }
    write(JSON.stringify(loaded));
  };
  run();
`;

/** The process must end by itself: a resource that keeps it alive fails with the time limit. */
async function loadAll(
  type: 'commonjs' | 'module',
  load: string,
  entries: readonly string[],
): Promise<Readonly<Record<string, Loaded>>> {
  const args = [`--input-type=${type}`, '-e', PROGRAM(load), JSON.stringify(entries)];
  const options = { cwd: join(ROOT, 'tooling/shape'), encoding: 'utf8', timeout: 120_000 } as const;
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return JSON.parse(stdout) as Readonly<Record<string, Loaded>>;
}
