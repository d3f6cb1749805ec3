import { dirname } from 'node:path';
import type { Rule, SourceCode } from 'eslint';
import { declarationFiles, scriptFiles, testFiles } from '../data/exempt-files.ts';
import { globMatcher } from '../match/glob.ts';
import { isProviderPackage, relativePath } from '../match/provider-package.ts';
import { optionsOf, perOptions, schemaOf, type MajordomoOptions, type OptionName } from '../options.ts';

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
  readonly fileKind: 'outside-providers' | 'inside-providers';
  /** Function that returns whether a file's text can contain a violation. If it returns false, the file is not traversed. */
  readonly mayApply?: ((text: string, options: MajordomoOptions) => boolean) | undefined;
  createListener(file: RuleFile): Rule.RuleListener;
}

/** Replacements in the source text. Their ranges do not overlap. */
export type Edits = readonly { readonly range: readonly [number, number]; readonly text: string }[];

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
      if (classifyFile(context, options) !== parts.fileKind) return NO_LISTENERS;
      return parts.createListener({ context, code, options });
    },
  };
}

const DOCS = 'https://github.com/majordomo-llm/majordomo/blob/main/apps/lint-rule/README.md';

type FileKind = RuleDefinition['fileKind'] | 'exempt';

const globsOf = perOptions((options) => ({
  allowed: globMatcher(options.allow ?? []),
  exempt: globMatcher([
    ...declarationFiles,
    ...(options.tests === false ? testFiles : []),
    ...(options.scripts === false ? scriptFiles : []),
  ]),
}));

function classifyFile(context: Rule.RuleContext, options: MajordomoOptions): FileKind {
  const { filename, cwd } = context;
  if (lastFile.filename === filename && lastFile.options === options) return lastFile.kind;
  const kind = kindOf(filename, cwd, options);
  lastFile = { filename, options, kind };
  return kind;
}

function kindOf(filename: string, cwd: string, options: MajordomoOptions): FileKind {
  const path = relativePath(cwd, filename);
  const { allowed, exempt } = globsOf(options);
  if (exempt(path)) return 'exempt';
  if (isProviderPackage(dirname(filename))) return 'inside-providers';
  return allowed(path) ? 'exempt' : 'outside-providers';
}

/** Kind of the last file. One entry is enough, because all rules check a file before the next file. */
let lastFile: {
  readonly filename: string;
  readonly options: MajordomoOptions | undefined;
  readonly kind: FileKind;
} = {
  filename: '',
  options: undefined,
  kind: 'exempt',
};
