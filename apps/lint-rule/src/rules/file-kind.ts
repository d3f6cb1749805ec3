import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Rule } from 'eslint';
import { perOptions, type MajordomoOptions } from '../options.ts';

/** Kind of a file: in a provider package, in another package, or not checked. */
export type FileKind = 'outside-providers' | 'inside-providers' | 'exempt';

/** Globs of declaration files, which contain no calls. */
const declarationFiles = ['**/*.d.{ts,mts,cts}'];

/** Globs of test files, by the conventions of common test runners. */
const testFiles = [
  '**/*.{test,spec,e2e,bench}.{js,mjs,cjs,jsx,ts,mts,cts,tsx}',
  '**/{test,tests,__tests__,__mocks__,spec,e2e,fixtures,__fixtures__}/**',
];

/** Globs of scripts that are run manually. */
const scriptFiles = ['**/{scripts,script,tools,examples}/**'];

const globsOf = perOptions((options) => ({
  allowed: globMatcher(options.allow ?? []),
  exempt: globMatcher([
    ...declarationFiles,
    ...(options.tests === false ? testFiles : []),
    ...(options.scripts === false ? scriptFiles : []),
  ]),
}));

/** Returns the kind of the file that a rule checks. */
export function kindOfFile({ filename, cwd }: Rule.RuleContext, options: MajordomoOptions): FileKind {
  const path = relativePath(cwd, filename);
  const { allowed, exempt } = globsOf(options);
  if (exempt(path)) return 'exempt';
  if (isProviderPackage(dirname(filename))) return 'inside-providers';
  return allowed(path) ? 'exempt' : 'outside-providers';
}

/** Whether the nearest package.json contains `"majordomo": { "provider": true }`. Each folder is read once per process. */
function isProviderPackage(folder: string): boolean {
  const cached = markerCache.get(folder);
  if (cached !== undefined) return cached;
  const parent = dirname(folder);
  const isProvider = readMarker(folder) ?? (parent === folder ? false : isProviderPackage(parent));
  markerCache.set(folder, isProvider);
  return isProvider;
}

/** Results by folder, read once. After a change of package.json, restart the linter of an editor. */
const markerCache = new Map<string, boolean>();

interface Manifest {
  readonly majordomo?: { readonly provider?: unknown } | null | undefined;
}

/** Returns whether the package.json of a folder contains the marker, or undefined if the file cannot be read. */
function readMarker(folder: string): boolean | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest | null;
    return manifest?.majordomo?.provider === true;
  } catch {
    return undefined;
  }
}

/** Returns the path relative to the working directory, with `/`, for matching globs. */
function relativePath(cwd: string, filename: string): string {
  const path = relative(cwd, resolve(cwd, filename));
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** Returns a function that matches a path (with `/`) against globs. A glob may contain `**`, `*`, `?` and `{a,b}`. */
function globMatcher(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const pattern = new RegExp(`^(?:${globs.map(patternOf).join('|')})$`);
  return (path) => pattern.test(path);
}

function patternOf(glob: string): string {
  const braced = glob.includes('{');
  return glob.replace(/^\.\//, '').replace(TOKEN, (token) => {
    // Without braces, a comma is part of a name.
    if (token === ',') return braced ? '|' : ',';
    return WILDCARDS[token] ?? `\\${token}`;
  });
}

const TOKEN = /\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g;

const WILDCARDS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
};
