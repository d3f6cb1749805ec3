/** Returns the problems of a tarball from its manifest and paths. */
export function* lacksIn(manifest, paths) {
  if (!paths.includes('LICENSE') || manifest.license !== 'MIT') yield 'no licence';
  if (!paths.includes('README.md')) yield 'no README.md';
  if (manifest.publishConfig?.provenance !== true) yield 'publishConfig.provenance is not true';
  if (manifest.publishConfig?.access !== 'public') yield 'publishConfig.access is not public';
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === 'string') continue;
    for (const condition of ['types', 'default']) {
      const file = target[condition]?.replace(/^\.\//, '');
      if (file === undefined || !paths.includes(file))
        yield `exports["${entry}"].${condition} is not in the tarball`;
    }
  }
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
  for (const [name, range] of ranges) if (range.startsWith('workspace:')) yield `${name} is still "${range}"`;
}
