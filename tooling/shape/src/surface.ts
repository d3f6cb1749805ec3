import { dirname, join } from 'node:path';
import ts from 'typescript';
import { ROOT, type Package } from './repository.ts';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: ['node'],
};

/** Cache of parsed files, because packages share imports. */
const HOST = ts.createCompilerHost(OPTIONS);
const { getSourceFile } = HOST;
const parsed = new Map<string, ts.SourceFile | undefined>();
HOST.getSourceFile = (path, language) => {
  if (!parsed.has(path)) parsed.set(path, getSourceFile(path, language));
  return parsed.get(path);
};

/**
 * Returns the public surface of a package as text: the exports of every entry point, and the types that they refer to, from the
 * built declarations. Comments are omitted and names are sorted, so that every difference is a change.
 */
export function surfaceOf({ path, manifest }: Package): string {
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) =>
    typeof target === 'object' && target['types'] !== undefined
      ? [{ entry, file: join(ROOT, path, target['types']) }]
      : [],
  );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    OPTIONS,
    HOST,
  );
  const reader = readerOf(program, dirname(entries[0]?.file ?? ROOT));
  const blocks = entries.map(
    ({ entry, file }) => `## \`${manifest.name}${entry.slice(1)}\`\n\n${block(reader.exported(file))}`,
  );
  const reached = reader.reached();
  if (reached.length > 0) blocks.push(`## Reached, not exported\n\n${block(reached)}`);
  return `# ${manifest.name}: public surface\n\n${NOTE}\n\n${blocks.join('\n\n')}\n`;
}

const NOTE = 'Written by `pnpm surface` from the built declarations; a change of it needs a changeset.';

/** Fence of a code block that the tests do not compile as a program. */
const block = (lines: readonly string[]): string => `\`\`\`ts surface\n${lines.join('\n')}\n\`\`\``;

interface Reader {
  exported(file: string): readonly string[];
  reached(): readonly string[];
}

function readerOf(program: ts.Program, dist: string): Reader {
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  /** Exported symbols. */
  const named = new Set<ts.Symbol>();
  /** Exported symbols, and all symbols of the package to which they refer. */
  const met = new Set<ts.Symbol>();
  const isOurs = (node: ts.Node): boolean => node.getSourceFile().fileName.startsWith(dist);
  const target = (symbol: ts.Symbol): ts.Symbol =>
    (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);

  const print = (symbol: ts.Symbol): string =>
    (symbol.declarations ?? [])
      .filter(isOurs)
      .map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node))
      .map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()))
      .map((text) => text.replace(/^(?:export )?(?:declare )?/, ''))
      .join('\n');

  const follow = (symbol: ts.Symbol): void => {
    const visit = (node: ts.Node): void => {
      const at = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
      if (at !== undefined && isTopLevel(target(at)) && !met.has(target(at))) {
        met.add(target(at));
        follow(target(at));
      }
      ts.forEachChild(node, visit);
    };
    for (const node of symbol.declarations ?? []) if (isOurs(node)) visit(node);
  };
  const isTopLevel = (symbol: ts.Symbol): boolean =>
    symbol.declarations?.some(
      (node) =>
        isOurs(node) &&
        (ts.isSourceFile(node.parent) ||
          (ts.isVariableDeclaration(node) && ts.isSourceFile(node.parent.parent.parent))),
    ) === true;

  return {
    exported(file) {
      const source = program.getSourceFile(file);
      const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${file} exports nothing: build first`);
      return checker
        .getExportsOfModule(module)
        .sort(byName)
        .map((symbol) => {
          const meant = target(symbol);
          named.add(meant);
          met.add(meant);
          follow(meant);
          const text = print(meant);
          const name = symbol.name === meant.name ? '' : `/* as ${symbol.name} */ `;
          return text === '' ? `export { ${symbol.name} } of another package;` : name + text;
        });
    },
    reached: () =>
      [...met]
        .filter((symbol) => !named.has(symbol))
        .sort(byName)
        .map(print),
  };
}

const byName = (a: ts.Symbol, b: ts.Symbol): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
