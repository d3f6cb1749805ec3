import ts from 'typescript';
import { nodesOf, parse } from '../syntax.ts';

/** Regular expression in a source. */
export interface Expression {
  readonly line: number;
  /** Source text of the expression; `undefined` if it is computed at run time. */
  readonly literal: string | undefined;
  /** Whether matching continues after a match. */
  readonly isGlobal: boolean;
  /** Text of the expression for error messages. */
  readonly text: string;
}

/** Returns the expressions of a module: literals, and `new RegExp` with the module's constants. */
export function expressionsIn(path: string, text: string): readonly Expression[] {
  const source = parse(path, text);
  const constants = constantsOf(source);
  return nodesOf(source).flatMap((node) => {
    const literal = literalOf(node, constants);
    if (literal === NONE) return [];
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const isGlobal = literal === undefined || /g[a-z]*$/.test(literal) || isSplit(node);
    return [{ line, literal, isGlobal, text: node.getText() }];
  });
}

const NONE = Symbol('not an expression');

function literalOf(node: ts.Node, constants: Constants): string | undefined | typeof NONE {
  if (ts.isRegularExpressionLiteral(node)) return node.text;
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'RegExp') return NONE;
  const [pattern, flags] = node.arguments ?? [];
  const source = pattern && valueOf(pattern, constants);
  const flagged = flags === undefined ? '' : valueOf(flags, constants);
  return source === undefined || flagged === undefined ? undefined : new RegExp(source, flagged).toString();
}

const isSplit = ({ parent }: ts.Node): boolean =>
  ts.isCallExpression(parent) &&
  ts.isPropertyAccessExpression(parent.expression) &&
  parent.expression.name.text === 'split';

type Constants = ReadonlyMap<string, ts.Expression>;

const constantsOf = (source: ts.SourceFile): Constants =>
  new Map(
    source.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) =>
        declarationList.declarations.flatMap(({ name, initializer }): [string, ts.Expression][] =>
          initializer === undefined ? [] : [[name.getText(), initializer]],
        ),
      ),
  );

/** Returns the text of a constant expression. */
function valueOf(node: ts.Expression, constants: Constants): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTaggedTemplateExpression(node)) {
    return node.tag.getText() === 'String.raw' ? templateOf(node.template, constants, true) : undefined;
  }
  if (ts.isTemplateExpression(node)) return templateOf(node, constants, false);
  if (ts.isRegularExpressionLiteral(node)) return node.text.slice(1, node.text.lastIndexOf('/'));
  const constant = ts.isIdentifier(node) ? constants.get(node.text) : undefined;
  return constant && valueOf(constant, constants);
}

function templateOf(template: ts.TemplateLiteral, constants: Constants, isRaw: boolean): string | undefined {
  const said = ({ text, rawText }: ts.TemplateLiteralLikeNode): string => (isRaw ? (rawText ?? text) : text);
  if (ts.isNoSubstitutionTemplateLiteral(template)) return said(template);
  let value = said(template.head);
  for (const { expression, literal } of template.templateSpans) {
    const part = valueOf(expression, constants);
    if (part === undefined) return undefined;
    value += part + said(literal);
  }
  return value;
}
