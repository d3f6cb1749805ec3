import type { Scope } from 'eslint';
import type * as ESTree from 'estree';

interface TsNode {
  readonly range?: [number, number] | undefined;
}

/** TypeScript syntax around an expression, which changes the expression's type but not its value. */
export interface TsWrapper extends TsNode {
  readonly type:
    | 'TSAsExpression'
    | 'TSSatisfiesExpression'
    | 'TSNonNullExpression'
    | 'TSTypeAssertion'
    | 'TSInstantiationExpression';
  readonly expression: ESTree.Expression;
}

/** Statement `import x = require('y')`. */
export interface TsImportEquals extends TsNode {
  readonly type: 'TSImportEqualsDeclaration';
  readonly importKind?: string | undefined;
  readonly moduleReference: { readonly type: string; readonly expression?: ESTree.Expression | undefined };
}

/** Parameter that declares a field, as in `constructor(private readonly ai: Ai)`. */
export interface TsParameterProperty extends TsNode {
  readonly type: 'TSParameterProperty';
  readonly parameter: ESTree.Identifier | ESTree.AssignmentPattern;
}

/** Enum. The members are in `body` (typescript-eslint 8 and oxlint) or in `members` (Babel). */
export interface TsEnum extends TsNode {
  readonly type: 'TSEnumDeclaration';
  readonly members?: readonly TsEnumMember[] | undefined;
  readonly body?: { readonly members: readonly TsEnumMember[] } | undefined;
}
export interface TsEnumMember extends TsNode {
  readonly type: 'TSEnumMember';
  readonly id: ESTree.Node;
  readonly initializer?: ESTree.Expression | null | undefined;
}

export type Node =
  | ESTree.Node
  | Scope.Reference['identifier']
  | TsWrapper
  | TsImportEquals
  | TsParameterProperty
  | TsEnum
  | TsEnumMember;

/** Removes type assertions and the wrapper of optional chaining from an expression. Returns `f` for `(0, f)`. */
export function bare(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ChainExpression':
      return bare(node.expression);
    case 'SequenceExpression': {
      const last = node.expressions.at(-1);
      return last === undefined ? node : bare(last);
    }
    default:
      return node;
  }
}

/** Returns the parent node. Linters set `parent` on every node, but the ESTree types do not declare it. */
export function parentOf(node: Node): Node | undefined {
  return child(node, 'parent');
}

/** Returns a child node that the ESTree types do not declare, such as `typeAnnotation`. */
export function child(node: object, key: string): Node | undefined {
  const value: unknown = Reflect.get(node, key);
  return isNode(value) ? value : undefined;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export type FunctionNode =
  | ESTree.FunctionDeclaration
  | ESTree.FunctionExpression
  | ESTree.ArrowFunctionExpression;

export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

/** Returns the name of a property or member: `x.name`, `x['name']`, `{ name: … }`. Undefined for any other computed name. */
export function keyName(key: Node, computed: boolean): string | undefined {
  const node = bare(key);
  if (node.type === 'Identifier' && !computed) return node.name;
  if (node.type === 'PrivateIdentifier') return `#${node.name}`;
  if (node.type === 'Literal' && (typeof node.value === 'string' || typeof node.value === 'number'))
    return String(node.value);
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
