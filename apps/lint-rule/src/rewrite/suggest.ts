import type { Rule, SourceCode } from 'eslint';
import { dialects } from './dialects.ts';
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
  if (edits === undefined) return [];
  return [
    {
      messageId: 'rewrite',
      data: { package: dialect.by },
      fix: (fixer) =>
        edits.map(({ range: [start, end], text }) => fixer.replaceTextRange([start, end], text)),
    },
  ];
}
