// Writes the API reference to dist/: one Markdown page for each entry point of each published package, from its source.
// site/build.mjs adds it to the site. Fails if a link is broken.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, TSConfigReader } from 'typedoc';
import { packagesIn, ROOT } from '../../tooling/build/packages.ts';

const HERE = import.meta.dirname;
const OUT = join(HERE, 'dist');

/** Maps an entry point such as `@majordomo/core/toolkit` to its source file. */
const entries = packagesIn()
  .filter(({ manifest }) => manifest.private !== true)
  .flatMap(({ path, manifest: { name, exports } }) =>
    Object.entries(exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([entry, target]) => ({
        name: name + entry.slice(1),
        file: join(ROOT, path, target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
      })),
  );

rmSync(OUT, { recursive: true, force: true });

const app = await Application.bootstrapWithPlugins(
  {
    name: 'API reference',
    outputs: [{ name: 'markdown', path: OUT }],
    entryPoints: entries.map(({ file }) => file),
    tsconfig: join(HERE, 'tsconfig.reference.json'),
    // Resolve the packages of this repository to their sources, so that types link to their pages without a build.
    compilerOptions: { paths: Object.fromEntries(entries.map(({ name, file }) => [name, [file]])) },
    // `pnpm typecheck` checks the types.
    skipErrorChecking: true,
    readme: 'none',
    plugin: ['typedoc-plugin-markdown'],
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: { hideModifiers: true, hideSources: true },
    basePath: ROOT,
    // site/pages.mjs converts names of files to links.
    disableGit: true,
    sourceLinkTemplate: '{path}',
    excludeExternals: true,
    excludePrivate: true,
    hideGenerator: true,
    sort: ['kind', 'alphabetical'],
    validation: { notExported: false, invalidLink: true, invalidPath: true, notDocumented: false },
    treatWarningsAsErrors: true,
  },
  [new TSConfigReader()],
);

const points = app.getEntryPoints() ?? [];
for (const point of points) {
  point.displayName =
    entries.find(({ file }) => file === point.sourceFile.fileName)?.name ?? point.displayName;
}
const project = app.converter.convert(points);
app.validate(project);
await app.generateOutputs(project);
const { errorCount, warningCount } = app.logger;
console.log(`reference: ${points.length} entries, ${errorCount + warningCount} problems`);
process.exitCode = errorCount + warningCount === 0 ? 0 : 1;
