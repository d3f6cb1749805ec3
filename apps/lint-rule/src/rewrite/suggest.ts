import type { Rule, SourceCode } from 'eslint';

export function suggestionsFor(
  _node: Rule.Node,
  _name: string,
  _code: SourceCode,
): Rule.SuggestionReportDescriptor[] {
  return [];
}
