import { parse, type ParserOptions, type ParserPlugin } from '@babel/parser';
import type { Linter } from 'eslint';
import { isNode } from '../ast/node.ts';
import { name, version } from '../version.ts';

/**
 * Parser of the command for JavaScript, TypeScript and Flow. Returns the tree, and the comments for `eslint-disable`. Returns no
 * tokens, because the rules of this plugin do not read tokens.
 */
export const commandParser: Linter.Parser = {
  meta: { name: `${name}/command-parser`, version },
  parseForESLint(text, options) {
    const { ast } = parseWithBabel(text, filePathOf(options));
    const comments = ast.comments.filter(isNotRuleConfiguration);
    return { ast: { ...ast, comments, tokens: [] }, services: {} };
  },
};

/** Parses a file without the TypeScript compiler. The tokens have the types of ESLint, except inside templates and JSX. */
export function parseWithBabel(text: string, filename: string): Linter.ESLintParseResult {
  const file = parseFile(text, filename);
  const comments = (file.comments ?? []).map(({ type, value, start, end, loc }) => ({
    type: type === 'CommentLine' ? 'Line' : 'Block',
    value,
    range: [start, end],
    loc,
  }));
  const tokens = (file.tokens ?? []).flatMap((token: BabelToken) => toToken(token, text));
  toTypescriptEslint(file.program);
  const ast = Object.assign(file.program, { comments, tokens, range: [0, text.length] });
  return { ast: asProgram(ast), services: {} };
}

/** Converts the TypeScript nodes that ESLint's rules read to the form of typescript-eslint. */
function toTypescriptEslint(node: object): void {
  const { type, body, parameters, typeAnnotation } = node as Readonly<Record<string, unknown>>;
  if (type === 'FunctionExpression' && (body ?? undefined) === undefined)
    Object.assign(node, { type: 'TSEmptyBodyFunctionExpression', body: null });
  // Signatures and function types.
  if (parameters !== undefined && type !== 'TSIndexSignature') {
    Object.assign(node, { params: parameters, returnType: typeAnnotation });
    Reflect.deleteProperty(node, 'parameters');
    Reflect.deleteProperty(node, 'typeAnnotation');
  }
  for (const child of Object.values(node).flat() as readonly unknown[])
    if (isNode(child)) toTypescriptEslint(child);
}

/** Members of Babel's tokens that its types do not declare. */
interface BabelToken {
  /** Type of a comment, or of another token. */
  readonly type: string | { readonly label: string; readonly keyword?: string | undefined };
  readonly start: number;
  readonly end: number;
  readonly loc: object;
}

/** Returns no token for a comment and for the end of the file. */
function toToken({ type, start, end, loc }: BabelToken, text: string): readonly object[] {
  if (typeof type === 'string' || start === end) return [];
  const tokenType = type.keyword === undefined ? (TOKEN_TYPES[type.label] ?? 'Punctuator') : 'Keyword';
  return [{ type: tokenType, value: text.slice(start, end), range: [start, end], loc }];
}

/** Types of tokens by Babel's label. All others are punctuators. */
const TOKEN_TYPES: Readonly<Record<string, string>> = {
  name: 'Identifier',
  jsxName: 'JSXIdentifier',
  jsxText: 'JSXText',
  string: 'String',
  num: 'Numeric',
  bigint: 'Numeric',
  regexp: 'RegularExpression',
  template: 'Template',
  '#name': 'PrivateIdentifier',
  true: 'Boolean',
  false: 'Boolean',
  null: 'Null',
};

/**
 * Whether a comment does not configure rules. Comments that configure rules are removed, because the command runs only the
 * plugin's rules, and such a comment could enable a rule that needs tokens.
 */
function isNotRuleConfiguration({ value }: { readonly value: string }): boolean {
  return !/^\s*eslint\s/.test(value);
}

/** Parses a file. A file that is not valid JavaScript may be Flow, which some repositories use without a marker. */
function parseFile(text: string, filename: string): ReturnType<typeof parse> {
  const isFlow = FLOW.test(text);
  try {
    return parse(text, optionsFor(filename, isFlow));
  } catch (error) {
    if (isFlow || TYPESCRIPT.test(filename)) throw error;
    return parse(text, optionsFor(filename, true));
  }
}

const FLOW = /@(?:no)?flow\b/;
export const TYPESCRIPT: RegExp = /\.[mc]?tsx?$/;

function optionsFor(filename: string, isFlow: boolean): ParserOptions {
  const plugins: ParserPlugin[] = [
    ['estree', { classFeatures: true }],
    'decorators-legacy',
    // This plugin parses auto-accessor fields of the ECMAScript decorators proposal.
    'decoratorAutoAccessors',
    'explicitResourceManagement',
  ];
  const typescript = TYPESCRIPT.test(filename);
  if (typescript) plugins.push('typescript');
  // The Flow plugin parses `a < b > (c)` as a call with type arguments, so use it only for files that are or may be Flow.
  else if (isFlow) plugins.push(['flow', { all: true }]);
  // In a `.ts` file, `<T>x` is a type assertion, not JSX.
  if (!typescript || filename.endsWith('x')) plugins.push('jsx');
  return {
    plugins,
    sourceType: 'unambiguous',
    ranges: true,
    tokens: true,
    attachComment: false,
    errorRecovery: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
    allowNewTargetOutsideFunction: true,
  };
}

/** Returns the path of the file that ESLint passes to a parser. */
export function filePathOf(options: unknown): string {
  const path: unknown =
    typeof options === 'object' && options !== null ? Reflect.get(options, 'filePath') : undefined;
  return typeof path === 'string' ? path : '';
}

/** Babel's `estree` plugin creates the tree that ESLint reads, but the two packages do not share types. */
function asProgram(ast: object): Linter.ESLintParseResult['ast'] {
  return ast as Linter.ESLintParseResult['ast'];
}
