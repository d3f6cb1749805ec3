// Writes the API reference into dist/: every entry of every published package from its source, its README as its
// front page, the pages of this folder next to them. A broken link fails it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Application, Converter, MinimalSourceFile, TSConfigReader } from 'typedoc';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const SOURCE = 'https://github.com/majordomo-llm/majordomo/blob/main/{path}#L{line}';

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** `@majordomo/core/toolkit` → the source that its build begins with. */
const entries = ['packages', 'apps']
  .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')) && manifestOf(folder).private !== true)
  .flatMap((folder) => {
    const { name, exports } = manifestOf(folder);
    return Object.entries(exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([entry, target]) => ({
        name: name + entry.slice(1),
        file: join(folder, target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
        readme: entry === '.' ? join(folder, 'README.md') : undefined,
      }));
  });

/** Documents of the reference; the first one links the others. */
const pages = [
  'apps/docs/README.md',
  ...readdirSync(HERE)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => `apps/docs/${name}`),
  'apps/examples/README.md',
  'CONTRIBUTING.md',
];

const app = await Application.bootstrap(
  {
    name: 'majordomo',
    entryPoints: entries.map(({ file }) => file),
    tsconfig: join(HERE, 'tsconfig.reference.json'),
    // Our packages are read from their sources too: types link to where they are explained, and nothing need be built.
    compilerOptions: { paths: Object.fromEntries(entries.map(({ name, file }) => [name, [file]])) },
    // `pnpm typecheck` is for that.
    skipErrorChecking: true,
    readme: join(ROOT, 'README.md'),
    projectDocuments: pages.map((name) => join(ROOT, name)),
    basePath: ROOT,
    disableGit: true,
    sourceLinkTemplate: SOURCE,
    excludeExternals: true,
    excludePrivate: true,
    hideGenerator: true,
    sort: ['kind', 'alphabetical'],
    validation: { notExported: false, invalidLink: true, invalidPath: true, notDocumented: false },
    treatWarningsAsErrors: true,
  },
  [new TSConfigReader()],
);

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const { name, readme } of entries) {
    const module = project.children?.find((child) => child.name === name);
    if (readme === undefined || module === undefined) continue;
    const text = new MinimalSourceFile(readFileSync(readme, 'utf8'), readme);
    module.readme = app.converter.parseRawComment(text, project.files).content;
    for (const path of [readme, dirname(readme)]) project.files.registerReflectionPath(path, module);
  }
  for (const page of project.documents ?? []) {
    page.name = /^# (.+)$/m.exec(readFileSync(join(ROOT, `${page.name}.md`), 'utf8'))?.[1] ?? page.name;
  }
});

const points = app.getEntryPoints() ?? [];
for (const point of points) {
  point.displayName =
    entries.find(({ file }) => file === point.sourceFile.fileName)?.name ?? point.displayName;
}
const project = app.converter.convert(points);
app.validate(project);
await app.generateDocs(project, join(HERE, 'dist'));
const { errorCount, warningCount } = app.logger;
console.log(
  `${basename(HERE)}: ${points.length} entries, ${pages.length} pages, ${errorCount + warningCount} problems`,
);
process.exitCode = errorCount + warningCount === 0 ? 0 : 1;
