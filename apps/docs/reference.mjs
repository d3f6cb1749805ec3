// Writes the API reference to dist/: one Markdown page for each entry point of each published package, from its source.
// site/build.mjs adds it to the site. Functions are first, in the order of the entry point. Fails if a link is broken.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, TSConfigReader } from 'typedoc';
import { packagesIn, ROOT } from '../../tooling/build/packages.ts';

/** Groups of exports, in their order on a page. */
const GROUPS = ['Functions', 'Classes', 'Variables', 'References', 'Interfaces', 'Type Aliases'];
const SOURCE_ORDER = new Set(['Functions', 'Classes', 'Variables']);

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
    // Links use the ids of typedoc, which differ from a heading's own id if two members have similar names.
    useHTMLAnchors: true,
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
for (const module of project.children ?? []) sortGroups(module);
app.validate(project);
await app.generateOutputs(project);
const { errorCount, warningCount } = app.logger;
console.log(`reference: ${points.length} entries, ${errorCount + warningCount} problems`);
process.exitCode = errorCount + warningCount === 0 ? 0 : 1;

/**
 * Sorts the exports of an entry point by their use: functions, then classes and values, then types. Functions and values are in the
 * order of the entry point, which begins with the most important one. Types are in alphabetical order.
 */
function sortGroups(module) {
  const { file } = entries.find(({ name }) => name === module.name);
  const source = readFileSync(file, 'utf8');
  const place = ({ name }) => source.search(new RegExp(`\\b${name.replace('$', '\\$')}\\b`));
  module.groups?.sort((a, b) => GROUPS.indexOf(a.title) - GROUPS.indexOf(b.title));
  for (const { title, children } of module.groups ?? [])
    if (SOURCE_ORDER.has(title)) children.sort((a, b) => place(a) - place(b));
}
