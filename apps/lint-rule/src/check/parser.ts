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
    const file = parse(text, optionsFor(filePath(options)));
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

function optionsFor(filename: string): ParserOptions {
  const plugins: ParserPlugin[] = [
    ['estree', { classFeatures: true }],
    'decorators-legacy',
    'explicitResourceManagement',
  ];
  const typescript = /\.[mc]?tsx?$/.test(filename);
  if (typescript) plugins.push('typescript');
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
