import ts from 'typescript';

const parsed = new Map<string, ts.SourceFile>();

/** Parses a file with parent links. Each file is parsed once, because many tests read the same files. */
export function parse(path: string, text: string): ts.SourceFile {
  const before = parsed.get(path);
  if (before?.text === text) return before;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  parsed.set(path, source);
  return source;
}

/** Returns the code without comments. Line numbers do not change. */
export function withoutComments(path: string, text: string): string {
  const source = parse(path, text);
  const ranges = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    for (const range of commentsAround(text, node)) ranges.set(range.pos, range.end);
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  let code = text;
  for (const [from, to] of ranges) code = code.slice(0, from) + blank(code.slice(from, to)) + code.slice(to);
  return code;
}

const commentsAround = (text: string, node: ts.Node): ts.CommentRange[] => [
  ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
  ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
];

const blank = (comment: string): string => comment.replaceAll(/[^\n]/g, ' ');

/** Returns static and dynamic imports and re-exports, including types. */
export function importsOf(path: string, text: string): readonly string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .concat(typeImports(path, text));
}

/** Returns imports that load before the module runs. */
export function loadedBy(path: string, text: string): readonly string[] {
  return parse(path, text).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const isTypes = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    const from = statement.moduleSpecifier;
    return isTypes || from === undefined || !ts.isStringLiteral(from) ? [] : [from.text];
  });
}

/** Returns static and dynamic imports of values. */
export function runtimeImportsOf(path: string, text: string): readonly string[] {
  const later = nodesOf(parse(path, text)).flatMap((node) => {
    if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return [];
    const [from] = node.arguments;
    return from !== undefined && ts.isStringLiteralLike(from) ? [from.text] : [];
  });
  return [...loadedBy(path, text), ...later];
}

/** Returns imports of the form `import('x').Name` in types, which the scanner omits. */
function typeImports(path: string, text: string): string[] {
  return nodesOf(parse(path, text)).flatMap((node) =>
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
      ? [node.argument.literal.text]
      : [],
  );
}

/** Returns the nodes of a tree in preorder. */
export function nodesOf(node: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = [node];
  ts.forEachChild(node, (child) => {
    found.push(...nodesOf(child));
  });
  return found;
}
