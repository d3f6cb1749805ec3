import { dirname, join } from 'node:path';
import ts from 'typescript';
import { ROOT, type Package } from './repository.ts';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  noEmit: true,
  noLib: true,
  types: [],
};

/** Reads sources of this repository only. */
function hostFor(packages: readonly Package[]): ts.CompilerHost {
  const ours = new Map(
    packages.flatMap((pkg) => entriesOf(pkg).map(({ name, file }): [string, string] => [name, file])),
  );
  return {
    ...ts.createCompilerHost(OPTIONS),
    resolveModuleNameLiterals: (names, from) =>
      names.map(({ text }) => {
        const resolvedFileName = text.startsWith('.') ? join(dirname(from), text) : ours.get(text);
        return {
          resolvedModule:
            resolvedFileName === undefined ? undefined : { resolvedFileName, extension: ts.Extension.Ts },
        };
      }),
  };
}

/** Exported name, or member of an exported type, without a doc comment. */
export interface Undocumented {
  /** `Name`, or `Name.member`. */
  readonly name: string;
  /** Location of the declaration: path and line. */
  readonly at: string;
}

/** Returns the entry points of a package by name: `./dist/steps.js` is built from `src/steps.ts`. */
const entriesOf = ({
  path,
  manifest,
}: Package): readonly { readonly name: string; readonly file: string }[] =>
  Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) =>
    typeof target === 'object' && target['default'] !== undefined
      ? [
          {
            name: manifest.name + entry.slice(1),
            file: join(ROOT, path, target['default'].replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
          },
        ]
      : [],
  );

/** Returns undocumented exports by package id, from the sources. */
export function undocumentedIn(
  packages: readonly Package[],
): Readonly<Record<string, readonly Undocumented[]>> {
  const files = packages.map((pkg) => entriesOf(pkg).map(({ file }) => file));
  const program = ts.createProgram(files.flat(), OPTIONS, hostFor(packages));
  return Object.fromEntries(packages.map(({ id }, at) => [id, undocumentedAt(program, files[at] ?? [])]));
}

function undocumentedAt(program: ts.Program, entries: readonly string[]): readonly Undocumented[] {
  const checker = program.getTypeChecker();
  const exported = new Set(
    entries.flatMap((entry) => {
      const source = program.getSourceFile(entry);
      const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${entry} exports nothing`);
      return checker.getExportsOfModule(module).map((symbol) => aliased(checker, symbol));
    }),
  );
  const bare = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length === 0;
  return [...exported].filter(isKnown).flatMap((symbol) => [
    ...(bare(symbol) ? [{ name: symbol.name, at: placeOf(symbol) }] : []),
    ...membersOf(checker, symbol)
      .filter(bare)
      .map((member) => ({ name: `${symbol.name}.${member.name}`, at: placeOf(member) })),
  ]);
}

/** Exports of other packages have no declaration here. */
const isKnown = ({ declarations = [] }: ts.Symbol): boolean => declarations.length > 0;

const aliased = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);

/** Members that need a docstring: options, and methods that callers call. */
function membersOf(checker: ts.TypeChecker, symbol: ts.Symbol): readonly ts.Symbol[] {
  const isInput = /(?:Options|Request)$/.test(symbol.name);
  return (symbol.declarations ?? [])
    .map((node) => (ts.isTypeAliasDeclaration(node) ? node.type : node))
    .flatMap((node): readonly (ts.TypeElement | ts.ClassElement)[] =>
      ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node) || ts.isClassDeclaration(node)
        ? node.members
        : [],
    )
    .filter((node) => (ts.getCombinedModifierFlags(node) & HIDDEN) === 0)
    .filter((node) => isInput || isCallable(node))
    .flatMap((node) => (node.name === undefined ? [] : [checker.getSymbolAtLocation(node.name)]))
    .filter((member) => member !== undefined);
}

const HIDDEN = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;

const isCallable = (node: ts.Node): boolean =>
  ts.isMethodSignature(node) ||
  ts.isMethodDeclaration(node) ||
  (ts.isPropertySignature(node) && node.type !== undefined && ts.isFunctionTypeNode(node.type));

function placeOf(symbol: ts.Symbol): string {
  const [node] = symbol.declarations ?? [];
  if (node === undefined) return 'nowhere';
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${source.fileName.slice(ROOT.length + 1)}:${line + 1}`;
}
