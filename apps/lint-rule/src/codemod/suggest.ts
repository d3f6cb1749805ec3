import type { Rule, SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { rewriteBound } from './bound.ts';
import { dialects } from './dialects.ts';
import type { Edit } from './edit.ts';
import { rewriteFetch } from './fetched.ts';
import { rewriteProgram } from './program.ts';

/** For an import of the openai or Anthropic SDK in a file that uses it plainly: the file without it. */
export function suggestionsFor(
  node: Rule.Node,
  name: string,
  code: SourceCode,
): Rule.SuggestionReportDescriptor[] {
  const dialect = dialects.find((one) => one.package === name);
  if (dialect === undefined || node.type !== 'ImportDeclaration') return [];
  const edits = rewriteProgram(node, dialect, code);
  return suggested(edits && { package: dialect.by, edits });
}

/** For a plain request by `fetch`: the same by a model. */
export const fetchSuggestions = (
  call: ESTree.CallExpression | ESTree.NewExpression,
  code: SourceCode,
): Rule.SuggestionReportDescriptor[] =>
  call.type === 'CallExpression' ? suggested(rewriteFetch(call, code)) : [];

/** For a plain call of the binding: the same by a model. */
export const bindingSuggestions = (
  call: ESTree.CallExpression,
  binding: string,
  code: SourceCode,
): Rule.SuggestionReportDescriptor[] => suggested(rewriteBound(call, binding, code));

function suggested(
  rewrite: { readonly package: string; readonly edits: readonly Edit[] } | undefined,
): Rule.SuggestionReportDescriptor[] {
  if (rewrite === undefined) return [];
  return [
    {
      messageId: 'rewrite',
      data: { package: rewrite.package },
      fix: (fixer) =>
        rewrite.edits.map(({ range: [start, end], text }) => fixer.replaceTextRange([start, end], text)),
    },
  ];
}
