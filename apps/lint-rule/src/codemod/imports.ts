import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import type { Dialect } from './dialects.ts';
import { rangeOf, type Edit } from './edit.ts';
import type { MessageNames } from './request.ts';

/**
 * Returns names for the message functions that the file does not declare. Returns undefined if no such name is left, or if the
 * file declares another name that the rewrite needs.
 */
export function freeNames(
  { factory }: Pick<Dialect, 'factory'>,
  code: SourceCode,
  others: readonly string[] = [],
): MessageNames | undefined {
  const isTaken = (name: string): boolean =>
    code.scopeManager.scopes.some((scope) => {
      const variable = scope.set.get(name);
      return variable !== undefined && variable.defs.length > 0;
    });
  if (['createMajordomo', factory, ...others].some(isTaken)) return undefined;
  const user = ['user', 'userMessage'].find((name) => !isTaken(name));
  const assistant = ['assistant', 'assistantMessage'].find((name) => !isTaken(name));
  return user === undefined || assistant === undefined ? undefined : { user, assistant };
}

/** Replaces the SDK's import with the imports of the rewritten file. Uses the quotes of the replaced import. */
export function importEdit(
  node: ESTree.ImportDeclaration,
  dialect: Dialect,
  names: MessageNames,
  edits: readonly Edit[],
  text: string,
): Edit {
  const quote = node.source.raw?.startsWith('"') === true ? '"' : "'";
  const end = text[rangeOf(node)[1] - 1] === ';' ? ';' : '';
  return { range: rangeOf(node), text: importLines(dialect, names, edits, { quote, end }) };
}

/** Returns the imports that the edits use. */
export function importLines(
  { providerPackage, factory }: Pick<Dialect, 'providerPackage' | 'factory'>,
  names: MessageNames,
  edits: readonly Edit[],
  { quote, end }: { readonly quote: string; readonly end: string },
): string {
  const helpers = [toSpecifier('user', names.user), toSpecifier('assistant', names.assistant)].filter(
    ({ local }) => edits.some((edit) => edit.text.includes(`${local}(`)),
  );
  const coreNames = ['createMajordomo', ...helpers.map(({ specifier }) => specifier)].toSorted().join(', ');
  const line = (specifiers: string, from: string): string =>
    `import { ${specifiers} } from ${quote}${from}${quote}${end}`;
  return `${line(coreNames, '@majordomo/core')}\n${line(factory, providerPackage)}`;
}

/** Returns the edits that insert imports at the start of a file, and a given statement after all imports. */
export function headEdits(lines: string, statement: string | undefined, code: SourceCode): readonly Edit[] {
  const at = startOf(code);
  const last = code.ast.body.findLast(({ type }) => type === 'ImportDeclaration');
  const suffix = statement === undefined ? '' : `\n\n${statement}`;
  if (last === undefined) return [{ range: [at, at], text: `${lines}${suffix}\n\n` }];
  const [, end] = rangeOf(last);
  return [
    { range: [at, at], text: `${lines}\n` },
    { range: [end, end], text: suffix },
  ];
}

/** Returns the position of the first statement after directives such as `'use server'`. */
function startOf({ ast: { body } }: SourceCode): number {
  // Check the type, because TypeScript's parser also sets `directive` on other statements, to `undefined`.
  const first = body.find((statement) => typeof Reflect.get(statement, 'directive') !== 'string');
  return first === undefined ? 0 : rangeOf(first)[0];
}

function toSpecifier(name: string, local: string): { readonly local: string; readonly specifier: string } {
  return { local, specifier: name === local ? name : `${name} as ${local}` };
}
