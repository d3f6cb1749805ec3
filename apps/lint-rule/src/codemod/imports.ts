import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import type { Dialect } from './dialects.ts';
import { rangeOf, type Edit } from './edit.ts';
import type { MessageNames } from './request.ts';

/** Names that the file does not use yet; undefined where it already has a factory of its own. */
export function freeNames(
  { factory }: Pick<Dialect, 'factory'>,
  code: SourceCode,
  others: readonly string[] = [],
): MessageNames | undefined {
  const taken = (name: string): boolean =>
    code.scopeManager.scopes.some((scope) => {
      const variable = scope.set.get(name);
      return variable !== undefined && variable.defs.length > 0;
    });
  if (['createMajordomo', factory, ...others].some(taken)) return undefined;
  const user = ['user', 'userMessage'].find((name) => !taken(name));
  const assistant = ['assistant', 'assistantMessage'].find((name) => !taken(name));
  return user === undefined || assistant === undefined ? undefined : { user, assistant };
}

/** The imports of the rewritten file in the place of the old one, in its quotes. */
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

/** What the edits need. */
export function importLines(
  { by, factory }: Pick<Dialect, 'by' | 'factory'>,
  names: MessageNames,
  edits: readonly Edit[],
  { quote, end }: { readonly quote: string; readonly end: string },
): string {
  const helpers = [imported('user', names.user), imported('assistant', names.assistant)].filter(({ local }) =>
    edits.some((edit) => edit.text.includes(`${local}(`)),
  );
  const own = ['createMajordomo', ...helpers.map(({ specifier }) => specifier)].toSorted().join(', ');
  const line = (specifiers: string, from: string): string =>
    `import { ${specifiers} } from ${quote}${from}${quote}${end}`;
  return `${line(own, '@majordomo/core')}\n${line(factory, by)}`;
}

/** The import lines at the top of a file that may have none, and one more statement behind all imports. */
export function headEdits(lines: string, made: string | undefined, code: SourceCode): readonly Edit[] {
  const at = startOf(code);
  const last = code.ast.body.findLast(({ type }) => type === 'ImportDeclaration');
  const behind = made === undefined ? '' : `\n\n${made}`;
  if (last === undefined) return [{ range: [at, at], text: `${lines}${behind}\n\n` }];
  const [, end] = rangeOf(last);
  return [
    { range: [at, at], text: `${lines}\n` },
    { range: [end, end], text: behind },
  ];
}

/** Behind `'use server'` and its like. */
function startOf({ ast: { body } }: SourceCode): number {
  // Parsers of TypeScript set the member on other statements too.
  const first = body.find((statement) => typeof Reflect.get(statement, 'directive') !== 'string');
  return first === undefined ? 0 : rangeOf(first)[0];
}

function imported(name: string, local: string): { readonly local: string; readonly specifier: string } {
  return { local, specifier: name === local ? name : `${name} as ${local}` };
}
