import ts from 'typescript';

/** Type that a module exports. A dot separates the names of a namespace. */
export interface TypeName {
  /** Declaration file. */
  readonly file: string;
  readonly name: string;
}

/** Compiles the declaration files together, and returns a function that finds their types. */
export function typesIn(files: readonly string[]): {
  readonly checker: ts.TypeChecker;
  readonly find: (type: TypeName) => ts.Type;
} {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  // Comments contain no types, and take a fourth of the time.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const program = ts.createProgram([...files], options, host);
  const checker = program.getTypeChecker();
  const find = ({ file, name }: TypeName): ts.Type => {
    const source = program.getSourceFile(file);
    let symbol = source && checker.getSymbolAtLocation(source);
    for (const part of name.split('.')) {
      const members = symbol === undefined ? [] : checker.getExportsOfModule(symbol);
      symbol = members.find((each) => each.name === part);
    }
    if (symbol === undefined) throw new Error(`${file} does not export ${name}`);
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    return checker.getDeclaredTypeOfSymbol(isAlias ? checker.getAliasedSymbol(symbol) : symbol);
  };
  return { checker, find };
}
