import { dirname } from 'node:path';
import type { Rule, SourceCode } from 'eslint';
import { scriptFiles, testFiles } from '../data/places.ts';
import { globMatcher } from '../match/glob.ts';
import { isProviderPackage, pathFrom } from '../match/place.ts';
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
  readonly hasSuggestions?: boolean | undefined;
  /** Which files the rule is for: all but provider packages (most rules), or only those. */
  readonly where: 'outside-providers' | 'inside-providers';
  /** A file that cannot have to do with the rule is not walked at all. */
  readonly concerns?: ((text: string, options: MajordomoOptions) => boolean) | undefined;
  visit(file: File): Rule.RuleListener;
}

const NOTHING: Rule.RuleListener = {};

/** One rule: places, options and the early exits are the same for all of them. */
export function defineRule(parts: RuleParts): Rule.RuleModule {
  return {
    meta: {
      type: 'problem',
      docs: { description: parts.description, url: `${DOCS}#${parts.name}` },
      schema: schemaOf(parts.options),
      messages: { ...parts.messages },
      ...(parts.hasSuggestions === true ? { hasSuggestions: true } : {}),
    },
    create(context) {
      const code = context.sourceCode;
      const options = optionsOf(context);
      if (parts.concerns?.(code.text, options) === false) return NOTHING;
      if (placeOf(context, options) !== parts.where) return NOTHING;
      return parts.visit({ context, code, options });
    },
  };
}

const DOCS = 'https://github.com/majordomo-llm/majordomo/blob/main/apps/lint-rule/README.md';

type Place = RuleParts['where'] | 'exempt';

const placesOf = perOptions((options) => ({
  allowed: globMatcher(options.allow ?? []),
  exempt: globMatcher([
    ...(options.tests === false ? testFiles : []),
    ...(options.scripts === false ? scriptFiles : []),
  ]),
}));

function placeOf(context: Rule.RuleContext, options: MajordomoOptions): Place {
  const { filename, cwd } = context;
  if (last.filename === filename && last.options === options) return last.place;
  const path = pathFrom(cwd, filename);
  const { allowed, exempt } = placesOf(options);
  const inside = allowed(path) || isProviderPackage(dirname(filename));
  const place = exempt(path) ? 'exempt' : inside ? 'inside-providers' : 'outside-providers';
  last = { filename, options, place };
  return place;
}

/** The rules ask about the same file one after the other. */
let last: {
  readonly filename: string;
  readonly options: MajordomoOptions | undefined;
  readonly place: Place;
} = {
  filename: '',
  options: undefined,
  place: 'exempt',
};
