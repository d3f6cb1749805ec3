import { asLanguage } from '@majordomo/core/toolkit';

/** Tags of the languages that Whisper supports. Transcripts contain the English name of the language. */
const TAGS =
  'en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue'.split(
    ' ',
  );

/** Tags by language name, for names that `Intl.DisplayNames` does not return for these tags. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['myanmar', 'my'],
  ['nynorsk', 'nn'],
  ['tagalog', 'tl'],
  ['mandarin', 'zh'],
]);

let byName: ReadonlyMap<string, string> | undefined;

/** Returns the BCP 47 tag for a language tag or an English language name; `undefined` for any other value. */
export function languageTag(language: unknown): string | undefined {
  if (typeof language !== 'string' || language === '') return undefined;
  const name = language.toLowerCase();
  byName ??= namesOfTags();
  return OTHER_NAMES.get(name) ?? byName.get(name) ?? tagOf(language);
}

function namesOfTags(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames('en', { type: 'language' });
  return new Map(TAGS.map((tag) => [(names.of(tag) ?? tag).toLowerCase(), tagOf(tag) ?? tag]));
}

const tagOf = (text: string): string | undefined =>
  /^[a-z]{2,3}(?:-|$)/i.test(text) ? asLanguage(text) : undefined;
