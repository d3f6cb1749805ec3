import { dirname } from 'node:path';
import type { Rule, SourceCode } from 'eslint';
import { scriptFiles, testFiles } from '../data/exempt-files.ts';
import { globMatcher } from '../match/glob.ts';
import { isProviderPackage, pathFrom } from '../match/provider-package.ts';
import { optionsOf, perOptions, schemaOf, type MajordomoOptions, type OptionName } from '../options.ts';

/** What a rule knows about the file that it looks at. */
export interface File {
  readonly context: Rule.RuleContext;
  readonly code: SourceCode;
  readonly options: MajordomoOptions;
}

export interface RuleParts {
  readonly name: string;
  readonly description: string;
  readonly messages: Readonly<Record<string, string>>;
  readonly options: readonly OptionName[];
  /** Whether reports may carry suggestions. `@default false` */
  readonly hasSuggestions?: boolean | undefined;
  /** Whether reports may carry a fix. `@default false` */
  readonly isFixable?: boolean | undefined;
  /** Which files the rule is for: all but provider packages (most rules), or only those. */
  readonly where: 'outside-providers' | 'inside-providers';
  /** A file that cannot have to do with the rule is not walked at all. */
  readonly concerns?: ((text: string, options: MajordomoOptions) => boolean) | undefined;
  visit(file: File): Rule.RuleListener;
}

/** Replacements of ranges of the source text that do not overlap. */
export type Edits = readonly { readonly range: readonly [number, number]; readonly text: string }[];

/** Returns the `fix` of a report, or nothing without edits. */
export const fixWith = (edits: Edits | undefined): Pick<Rule.ReportDescriptor, 'fix'> =>
  edits === undefined
    ? {}
    : {
        fix: (fixer) =>
          edits.map(({ range: [start, end], text }) => fixer.replaceTextRange([start, end], text)),
      };

const NOTHING: Rule.RuleListener = {};

/** One rule: which files, options and the early exits are the same for all of them. */
export function defineRule(parts: RuleParts): Rule.RuleModule {
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
      if (parts.concerns?.(code.text, options) === false) return NOTHING;
      if (kindOf(context, options) !== parts.where) return NOTHING;
      return parts.visit({ context, code, options });
    },
  };
}

const DOCS = 'https://github.com/majordomo-llm/majordomo/blob/main/apps/lint-rule/README.md';

type FileKind = RuleParts['where'] | 'exempt';

const globsOf = perOptions((options) => ({
  allowed: globMatcher(options.allow ?? []),
  exempt: globMatcher([
    ...(options.tests === false ? testFiles : []),
    ...(options.scripts === false ? scriptFiles : []),
  ]),
}));

function kindOf(context: Rule.RuleContext, options: MajordomoOptions): FileKind {
  const { filename, cwd } = context;
  if (last.filename === filename && last.options === options) return last.kind;
  const path = pathFrom(cwd, filename);
  const { allowed, exempt } = globsOf(options);
  const inside = allowed(path) || isProviderPackage(dirname(filename));
  const kind = exempt(path) ? 'exempt' : inside ? 'inside-providers' : 'outside-providers';
  last = { filename, options, kind };
  return kind;
}

/** The rules ask about the same file one after the other. */
let last: {
  readonly filename: string;
  readonly options: MajordomoOptions | undefined;
  readonly kind: FileKind;
} = {
  filename: '',
  options: undefined,
  kind: 'exempt',
};
