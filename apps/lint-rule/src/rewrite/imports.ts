import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import type { Dialect } from './dialects.ts';
import { rangeOf, type Edit } from './edit.ts';
import type { MessageNames } from './request.ts';

/** Names that the file does not use yet; undefined where it already has a factory of its own. */
export function freeNames({ factory }: Dialect, code: SourceCode): MessageNames | undefined {
  const taken = (name: string): boolean =>
    code.scopeManager.scopes.some((scope) => {
      const variable = scope.set.get(name);
      return variable !== undefined && variable.defs.length > 0;
    });
  if (taken('createMajordomo') || taken(factory)) return undefined;
  const user = ['user', 'userMessage'].find((name) => !taken(name));
  const assistant = ['assistant', 'assistantMessage'].find((name) => !taken(name));
  return user === undefined || assistant === undefined ? undefined : { user, assistant };
}

/** The imports of the rewritten file, in the quotes of the old one. */
export function importEdit(
  node: ESTree.ImportDeclaration,
  { by, factory }: Dialect,
  names: MessageNames,
  edits: readonly Edit[],
  text: string,
): Edit {
  const quote = node.source.raw?.startsWith('"') === true ? '"' : "'";
  const end = text[rangeOf(node)[1] - 1] === ';' ? ';' : '';
  const helpers = [imported('user', names.user), imported('assistant', names.assistant)].filter(({ local }) =>
    edits.some((edit) => edit.text.includes(`${local}(`)),
  );
  const own = ['createMajordomo', ...helpers.map(({ specifier }) => specifier)].toSorted().join(', ');
  const line = (specifiers: string, from: string): string =>
    `import { ${specifiers} } from ${quote}${from}${quote}${end}`;
  return { range: rangeOf(node), text: `${line(own, '@majordomo/core')}\n${line(factory, by)}` };
}

function imported(name: string, local: string): { readonly local: string; readonly specifier: string } {
  return { local, specifier: name === local ? name : `${name} as ${local}` };
}
