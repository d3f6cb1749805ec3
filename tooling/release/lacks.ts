import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import typescript from 'typescript';

/** Manifest of a package, with the members that are checked. */
interface Manifest {
  readonly name?: string;
  readonly license?: string | undefined;
  readonly sideEffects?: boolean | undefined;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly imports?: object;
  readonly bin?: object;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Files of a tarball that are not in `dist`. The skill of core is for coding agents. */
const TOP = new Set(['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md', 'skills/majordomo/SKILL.md']);
/** Files with third-party data, each with the file that contains its licenses. */
const NOTICES = { 'dist/catalog.json': 'dist/NOTICES.md' };

/** Returns the problems of a tarball from its manifest and paths. */
export function* lacksIn(manifest: Manifest, paths: readonly string[]): Iterable<string> {
  if (!paths.includes('LICENSE') || manifest.license !== 'MIT') yield 'no licence';
  if (!paths.includes('README.md')) yield 'no README.md';
  if (manifest.publishConfig?.provenance !== true) yield 'publishConfig.provenance is not true';
  if (manifest.publishConfig?.access !== 'public') yield 'publishConfig.access is not public';
  if (manifest.sideEffects !== false) yield 'sideEffects is not false';
  for (const [data, notices] of Object.entries(NOTICES))
    if (paths.includes(data) && !paths.includes(notices)) yield `${notices} is missing`;
  const other = paths.filter((path) => !TOP.has(path) && !path.startsWith('dist/'));
  if (other.length > 0) yield `files that are not published: ${other.join(', ')}`;
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    const conditions: Readonly<Record<string, string>> =
      typeof target === 'string' ? { default: target } : target;
    const required = typeof target === 'string' ? [] : ['types', 'default'];
    for (const condition of new Set([...required, ...Object.keys(conditions)])) {
      const file = conditions[condition]?.replace(/^\.\//, '');
      if (file === undefined || !paths.includes(file))
        yield `exports["${entry}"].${condition} is not in the tarball`;
    }
  }
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
  for (const [name, range] of ranges) if (range.startsWith('workspace:')) yield `${name} is still "${range}"`;
}

/**
 * Returns the imports that a user's installation may not resolve, in all code that the entries reach: files that are not in the
 * tarball, packages that are neither dependencies nor peers, and entries that another package of the release does not export.
 * `code` contains the text of each file by its path, and `manifests` the packages of the release by name.
 */
export function* lacksOfImports(
  manifest: Manifest,
  code: ReadonlyMap<string, string>,
  manifests: ReadonlyMap<string, { readonly exports: object }>,
): Iterable<string> {
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies, [manifest.name ?? '']: true };
  const reached = new Set(filesOf([manifest.exports, manifest.imports, manifest.bin]));
  for (const path of reached) {
    for (const { fileName } of typescript.preProcessFile(code.get(path) ?? '', true, true).importedFiles) {
      const [, name = '', entry = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(fileName) ?? [];
      if (fileName.startsWith('.')) {
        const file = fileOf(path, fileName);
        reached.add(file);
        if (!code.has(file)) yield `${path} imports ${fileName}, which is not in the tarball`;
      } else if (fileName.startsWith('#')) {
        if (!Object.hasOwn(manifest.imports ?? {}, fileName))
          yield `${path} imports ${fileName}, which package.json does not define`;
      } else if (isBuiltin(fileName)) {
        continue;
      } else if (!Object.hasOwn(declared, name)) {
        yield `${path} imports ${fileName}, and ${name} is neither a dependency nor a peer`;
      } else {
        const exported = manifests.get(name)?.exports;
        if (exported === undefined || Object.hasOwn(exported, `.${entry}`)) continue;
        yield `${path} imports ${fileName}, which ${name} does not export`;
      }
    }
  }
}

/** Returns the paths of all files that a value of a manifest names. */
function filesOf(value: unknown): readonly string[] {
  return typeof value === 'string'
    ? [posix.normalize(value)]
    : Object.values(value ?? {}).flatMap((one) => filesOf(one));
}

/** Returns the file that a relative import loads. Declarations import declarations by the name of the code. */
function fileOf(path: string, specifier: string): string {
  const file = posix.join(posix.dirname(path), specifier);
  return path.endsWith('.d.ts') ? file.replace(/(?:\.d)?\.[jt]s$/, '.d.ts') : file;
}

/** Maximum size, in percent of the recorded one. */
const MAX_PERCENT = 115;

/** Returns the problems of a size, in bytes, next to the recorded sizes of `sizes.json`. */
export function* lacksOfSize(
  name: string,
  bytes: number,
  recorded: Readonly<Record<string, number>>,
): Iterable<string> {
  const before = recorded[name];
  if (before === undefined) yield `${name} has no recorded size: run \`pnpm sizes --record\``;
  else if (bytes * 100 > before * MAX_PERCENT)
    yield `${name} has ${bytes} bytes, over 15 % more than the recorded ${before}: reduce it, or run \`pnpm sizes --record\` and state the reason in the commit`;
}

/** Returns whether an audit permits a release, and the text to print. A registry without audits is no failure. */
export function auditVerdict(
  status: number | null,
  output: string,
): { readonly isGood: boolean; readonly text: string } {
  if (status === 0) return { isGood: true, text: output.trim() };
  const hasNoAudit = /AUDIT_ENDPOINT_NOT_EXISTS|responded with (?:404|405|501)\b/.test(output);
  return hasNoAudit
    ? { isGood: true, text: 'skipped: the registry has no audit endpoint' }
    : { isGood: false, text: output.trim() };
}
