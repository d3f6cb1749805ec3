import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type { Linter } from 'eslint';
import { name, version } from '../version.ts';
import { filePathOf, parseWithBabel, TYPESCRIPT } from './babel.ts';

/** Files that the configurations check. By default, ESLint checks only `.js`, `.mjs` and `.cjs` files. */
export const SOURCES = '**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}';

/**
 * Parser of the configurations. A configuration cannot set a parser only for files without one. So this parser parses a file as it
 * would be parsed without this plugin: TypeScript with the parser of typescript-eslint, if the project has it, and JavaScript with
 * ESLint's parser. Otherwise, TypeScript is parsed with Babel, which does not need the TypeScript compiler. typescript-eslint is not
 * a dependency, because it excludes TypeScript 7 (2026) and would install the compiler.
 */
export const fileParser: Linter.Parser = {
  meta: { name: `${name}/parser`, version },
  parseForESLint(text, options: object = {}) {
    const path = filePathOf(options);
    if (!TYPESCRIPT.test(path)) return parseJavaScript(text, options, path.endsWith('.jsx'));
    const parser = typescriptParserFor(path);
    return parser === undefined ? parseWithBabel(text, path) : parseWith(parser, text, options);
  },
};

let espree: Linter.Parser | undefined;

/** Loads the parser of the installed ESLint at its first use, because oxlint uses this plugin without ESLint. */
function loadEspree(): Linter.Parser {
  const eslint = createRequire(import.meta.url).resolve('eslint/package.json');
  return createRequire(eslint)('espree') as Linter.Parser;
}

function parseJavaScript(text: string, options: object, isJsx: boolean): Linter.ESLintParseResult {
  espree ??= loadEspree();
  const { ecmaFeatures } = options as { readonly ecmaFeatures?: object | undefined };
  return parseWith(
    espree,
    text,
    isJsx ? { ...options, ecmaFeatures: { jsx: true, ...ecmaFeatures } } : options,
  );
}

/** ESLint's types do not declare the results of parsers. */
function parseWith(parser: Linter.Parser, text: string, options: object): Linter.ESLintParseResult {
  const result =
    'parseForESLint' in parser ? parser.parseForESLint(text, options) : { ast: parser.parse(text, options) };
  return result as Linter.ESLintParseResult;
}

/** Parsers of typescript-eslint by folder. */
const parsers = new Map<string, Linter.Parser | undefined>();

function typescriptParserFor(path: string): Linter.Parser | undefined {
  const folder = dirname(path);
  if (!parsers.has(folder)) parsers.set(folder, loadTypescriptParser(path));
  return parsers.get(folder);
}

/** Loads the parser that the project of a file has installed. */
function loadTypescriptParser(path: string): Linter.Parser | undefined {
  // ESLint passes a relative path if an application does.
  const require = createRequire(resolve(path));
  try {
    return (require('typescript-eslint') as { readonly parser: Linter.Parser }).parser;
  } catch {
    // Some projects install only the parser.
  }
  try {
    return require('@typescript-eslint/parser') as Linter.Parser;
  } catch {
    return undefined;
  }
}
