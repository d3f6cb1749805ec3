import ts from 'typescript';

/** Small change of a source text. */
export interface Mutation {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

type Mutator = (node: ts.Node, source: ts.SourceFile) => Mutation | undefined;

/** Returns all small changes, in the order of the text. Pure. */
export function mutationsOf(text: string): readonly Mutation[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  const found: Mutation[] = [];
  const visit = (node: ts.Node): void => {
    if (isErased(node) || isOnceOption(node)) return;
    for (const mutate of MUTATORS) {
      const mutation = mutate(node, source);
      if (mutation !== undefined) found.push(mutation);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Returns the text with one change. */
export const mutated = (text: string, { start, end, replacement }: Mutation): string =>
  text.slice(0, start) + replacement + text.slice(end);

/** Whether a node is a type or an import, which the compiler checks. */
const isErased = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node);

/** Whether a node is the option `{ once: true }` of a listener. A change of it has no effect, because an abort occurs once. */
const isOnceOption = (node: ts.Node): boolean =>
  ts.isObjectLiteralExpression(node) && node.getText() === '{ once: true }';

const OTHER_OPERATOR: ReadonlyMap<string, string> = new Map([
  ['===', '!=='],
  ['!==', '==='],
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['&&', '||'],
  ['||', '&&'],
  ['+', '-'],
  ['-', '+'],
  ['*', '/'],
  ['/', '*'],
  ['+=', '-='],
  ['-=', '+='],
]);

const operator: Mutator = (node, source) => {
  if (!ts.isBinaryExpression(node)) return undefined;
  const other = OTHER_OPERATOR.get(node.operatorToken.getText(source));
  return other === undefined ? undefined : replaced(node.operatorToken, other, source);
};

/** `a ?? b` becomes `a`. */
const lostDefault: Mutator = (node, source) =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
    ? replaced(node, node.left.getText(source), source)
    : undefined;

/** Skips the negation of comparisons, because their operators are mutated. */
const negated: Mutator = (node, source) => {
  const condition = conditionOf(node);
  if (condition === undefined || ts.isPrefixUnaryExpression(condition)) return undefined;
  if (ts.isBinaryExpression(condition) && /[=<>]/.test(condition.operatorToken.getText(source)))
    return undefined;
  return replaced(condition, `!(${condition.getText(source)})`, source);
};

const conditionOf = (node: ts.Node): ts.Expression | undefined => {
  if (ts.isConditionalExpression(node) || ts.isForStatement(node)) return node.condition;
  return ts.isIfStatement(node) || ts.isWhileStatement(node) ? node.expression : undefined;
};

const lostNot: Mutator = (node, source) =>
  ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken
    ? replaced(node, node.operand.getText(source), source)
    : undefined;

/** `i++` becomes `i--`, and `i--` becomes `i++`. */
const otherStep: Mutator = (node, source) => {
  if (!ts.isPostfixUnaryExpression(node)) return undefined;
  const sign = node.operator === ts.SyntaxKind.PlusPlusToken ? '--' : '++';
  return replaced(node, node.operand.getText(source) + sign, source);
};

const offByOne: Mutator = (node, source) =>
  ts.isNumericLiteral(node) ? replaced(node, String(Number(node.text) + 1), source) : undefined;

const otherLiteral: Mutator = (node, source) => {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return replaced(node, 'false', source);
  if (node.kind === ts.SyntaxKind.FalseKeyword) return replaced(node, 'true', source);
  return ts.isStringLiteral(node) ? replaced(node, node.text === '' ? "'?'" : "''", source) : undefined;
};

const OTHER_NAME: ReadonlyMap<string, string> = new Map([
  ['min', 'max'],
  ['max', 'min'],
  ['some', 'every'],
  ['every', 'some'],
]);

const otherName: Mutator = (node, source) => {
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const other = OTHER_NAME.get(node.name.text);
  return other === undefined ? undefined : replaced(node.name, other, source);
};

const NARROWING: ReadonlySet<string> = new Set(['filter', 'slice', 'trim', 'sort', 'reverse']);

/** `list.filter(…)` becomes `list`. */
const lostCall: Mutator = (node, source) => {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression, name } = node.expression;
  return NARROWING.has(name.text) ? replaced(node, expression.getText(source), source) : undefined;
};

const lostSpread: Mutator = (node, source) =>
  ts.isSpreadElement(node) || ts.isSpreadAssignment(node) ? withoutMember(node, source) : undefined;

const lostProperty: Mutator = (node, source) =>
  ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)
    ? withoutMember(node, source)
    : undefined;

const lostStatement: Mutator = (node, source) => {
  const isLost =
    ts.isExpressionStatement(node) ||
    ts.isThrowStatement(node) ||
    ts.isBreakOrContinueStatement(node) ||
    (ts.isIfStatement(node) && node.elseStatement === undefined) ||
    (ts.isReturnStatement(node) && node.expression === undefined);
  return isLost ? replaced(node, ';', source) : undefined;
};

const MUTATORS: readonly Mutator[] = [
  operator,
  lostDefault,
  negated,
  lostNot,
  otherStep,
  offByOne,
  otherLiteral,
  otherName,
  lostCall,
  lostSpread,
  lostProperty,
  lostStatement,
];

const replaced = (node: ts.Node, replacement: string, source: ts.SourceFile): Mutation => ({
  start: node.getStart(source),
  end: node.getEnd(),
  replacement,
});

/** Removes a member and the following comma. */
function withoutMember(node: ts.Node, source: ts.SourceFile): Mutation {
  const [comma = ''] = /^\s*,/.exec(source.text.slice(node.getEnd())) ?? [];
  return { start: node.getStart(source), end: node.getEnd() + comma.length, replacement: '' };
}
