import { parse, type ParserOptions, type ParserPlugin } from '@babel/parser';
import type { Linter } from 'eslint';
import { name, version } from '../version.ts';

/**
 * A parser for every dialect, without TypeScript: a repository may have a compiler without an API, or none. It gives
 * ESLint the tree and the comments (for `eslint-disable`), but no tokens; our rules read none.
 */
export const parser: Linter.Parser = {
  meta: { name: `${name}/parser`, version },
  parseForESLint(text, options) {
    const file = parsed(text, filePath(options));
    const comments = (file.comments ?? [])
      .filter(isNoConfiguration)
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

/** A comment of the repository may switch on rules that need tokens: the command runs its own rules only. */
function isNoConfiguration({ value }: { readonly value: string }): boolean {
  return !/^\s*eslint\s/.test(value);
}

/** What plain JavaScript does not allow may be Flow, which needs no mark in some repositories. */
function parsed(text: string, filename: string): ReturnType<typeof parse> {
  const marked = FLOW.test(text);
  try {
    return parse(text, optionsFor(filename, marked));
  } catch (error) {
    if (marked || TYPESCRIPT.test(filename)) throw error;
    return parse(text, optionsFor(filename, true));
  }
}

const FLOW = /@(?:no)?flow\b/;
const TYPESCRIPT = /\.[mc]?tsx?$/;

function optionsFor(filename: string, isFlow: boolean): ParserOptions {
  const plugins: ParserPlugin[] = [
    ['estree', { classFeatures: true }],
    'decorators-legacy',
    // Fields of the standard's decorators.
    'decoratorAutoAccessors',
    'explicitResourceManagement',
  ];
  const typescript = TYPESCRIPT.test(filename);
  if (typescript) plugins.push('typescript');
  // With Flow's types `a < b > (c)` is a call.
  else if (isFlow) plugins.push(['flow', { all: true }]);
  // In a `.ts` file `<T>x` is a type assertion.
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

/** With its `estree` plugin Babel writes the tree that ESLint reads; the two type packages do not know each other. */
function asProgram(ast: object): Linter.ESLintParseResult['ast'] {
  return ast as Linter.ESLintParseResult['ast'];
}
