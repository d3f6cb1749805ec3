/** Files at the top of a tarball. All others are in `dist`. */
const TOP = new Set(['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md']);
/** Files with third-party data, each with the file that contains its licenses. */
const NOTICES = { 'dist/catalog.json': 'dist/NOTICES.md' };

/** Returns the problems of a tarball from its manifest and paths. */
export function* lacksIn(manifest, paths) {
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
    const conditions = typeof target === 'string' ? { default: target } : target;
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

/** Returns the problems of an unpacked size, in bytes, with the ceilings of `sizes.json`. */
export function* lacksOfSize(name, bytes, ceilings) {
  const ceiling = ceilings[name];
  if (ceiling === undefined) yield 'no ceiling: add one to tooling/release/sizes.json';
  else if (bytes > ceiling)
    yield `${bytes} bytes unpacked, the ceiling is ${ceiling}: publish less, or raise it with a reason`;
}

/** Returns whether an audit permits a release, and the text to print. A registry without audits is no failure. */
export function auditVerdict(status, output) {
  if (status === 0) return { isGood: true, text: output.trim() };
  const hasNoAudit = /AUDIT_ENDPOINT_NOT_EXISTS|responded with (?:404|405|501)\b/.test(output);
  return hasNoAudit
    ? { isGood: true, text: 'skipped: the registry has no audit endpoint' }
    : { isGood: false, text: output.trim() };
}
