import type { Rule, SourceCode } from 'eslint';
import type { Edit } from '../codemod/edit.ts';
import { optionsOf, schemaOf, type MajordomoOptions, type OptionName } from '../options.ts';
import { kindOfFile, type FileKind } from './file-kind.ts';

/** File that a rule checks, and the rule's options for this file. */
export interface RuleFile {
  readonly context: Rule.RuleContext;
  readonly code: SourceCode;
  readonly options: MajordomoOptions;
}

export interface RuleDefinition {
  readonly name: string;
  readonly description: string;
  readonly messages: Readonly<Record<string, string>>;
  readonly options: readonly OptionName[];
  /**
   * Whether reports may contain suggestions.
   * @default false
   */
  readonly hasSuggestions?: boolean | undefined;
  /**
   * Whether reports may contain a fix.
   * @default false
   */
  readonly isFixable?: boolean | undefined;
  /** Files that the rule checks: all except provider packages and allowed files, or only provider packages. */
  readonly fileKind: Exclude<FileKind, 'exempt'>;
  /** Function that returns whether a file's text can contain a violation. If it returns false, the file is not traversed. */
  readonly mayApply?: ((text: string, options: MajordomoOptions) => boolean) | undefined;
  createListener(file: RuleFile): Rule.RuleListener;
}

/** Replacements in the source text. Their ranges do not overlap. */
export type Edits = readonly Edit[];

/** Returns the `fix` of a report, or an empty object if no edits are given. */
export const fixWith = (edits: Edits | undefined): Pick<Rule.ReportDescriptor, 'fix'> =>
  edits === undefined
    ? {}
    : {
        fix: (fixer) =>
          edits.map(({ range: [start, end], text }) => fixer.replaceTextRange([start, end], text)),
      };

const NO_LISTENERS: Rule.RuleListener = {};

/** Creates a rule that skips files of a kind other than `fileKind`, and files whose text cannot contain a violation. */
export function defineRule(parts: RuleDefinition): Rule.RuleModule {
  return {
    meta: {
      type: 'problem',
      docs: { description: parts.description, url: `${DOCS}#${parts.name}` },
      schema: schemaOf(parts.options),
      messages: { ...parts.messages },
      ...(parts.hasSuggestions === true && { hasSuggestions: true }),
      ...(parts.isFixable === true && { fixable: 'code' }),
    },
    create(context) {
      const code = context.sourceCode;
      const options = optionsOf(context);
      if (parts.mayApply?.(code.text, options) === false) return NO_LISTENERS;
      if (kindOfFile(context, options) !== parts.fileKind) return NO_LISTENERS;
      return parts.createListener({ context, code, options });
    },
  };
}

const DOCS = 'https://github.com/majordomo-llm/majordomo/blob/main/apps/lint-rule/README.md';
