import { parse, type ParserOptions, type ParserPlugin } from '@babel/parser';
import type { Linter } from 'eslint';
import { name, version } from '../version.ts';

/**
 * Parser for JavaScript, TypeScript and Flow that does not need the TypeScript compiler. Returns the tree, and the comments for
 * `eslint-disable`. Returns no tokens, because the rules do not read tokens.
 */
export const parser: Linter.Parser = {
  meta: { name: `${name}/parser`, version },
  parseForESLint(text, options) {
    const file = parseFile(text, filePath(options));
    const comments = (file.comments ?? [])
      .filter(isNotRuleConfiguration)
      .map(({ type, value, start, end, loc }) => ({
        type: type === 'CommentLine' ? 'Line' : 'Block',
        value,
        range: [start, end],
        loc,
      }));
    const ast = Object.assign(file.program, { comments, tokens: [], range: [0, text.length] });
    return { ast: asProgram(ast), services: {} };
  },
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
const TYPESCRIPT = /\.[mc]?tsx?$/;

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
    attachComment: false,
    errorRecovery: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
    allowNewTargetOutsideFunction: true,
  };
}

function filePath(options: unknown): string {
  const path: unknown =
    typeof options === 'object' && options !== null ? Reflect.get(options, 'filePath') : undefined;
  return typeof path === 'string' ? path : '';
}

/** Babel's `estree` plugin creates the tree that ESLint reads, but the two packages do not share types. */
function asProgram(ast: object): Linter.ESLintParseResult['ast'] {
  return ast as Linter.ESLintParseResult['ast'];
}
