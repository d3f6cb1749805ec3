/**
 * Scripts, by Unicode property, with the languages or groups of languages that use them, and with the least share of the letters
 * that identifies them. Kana precedes Han and has a small share, because Japanese uses both.
 */
const SCRIPTS: readonly (readonly [name: string, expression: RegExp, leastShare: number])[] = [
  ['ja', /\p{Script=Hiragana}|\p{Script=Katakana}/gu, 0.1],
  ['zh', /\p{Script=Han}/gu, 0.4],
  ['ko', /\p{Script=Hangul}/gu, 0.4],
  ['cyrillic', /\p{Script=Cyrillic}/gu, 0.4],
  ['el', /\p{Script=Greek}/gu, 0.4],
  ['arabic', /\p{Script=Arabic}/gu, 0.4],
  ['he', /\p{Script=Hebrew}/gu, 0.4],
  ['devanagari', /\p{Script=Devanagari}/gu, 0.4],
  ['th', /\p{Script=Thai}/gu, 0.4],
];

/** Frequent short words by language. A word in several lists counts for each of these languages. */
const WORDS: Readonly<Record<string, string>> = {
  cs: 'a v na je se že to s z do o jsem ale jako pro by ve si po co jsou není který tak od už při nebo jen být',
  da: 'og i at det er en til af den på for der med de ikke som et har om jeg vi du kan fra så skal men hvad vil også',
  de: 'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie bitte',
  en: 'the of and to a in is it you that for was on are with as be at have this from or by not but what can we please your',
  es: 'de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ya qué está',
  fr: 'de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec nous vous je',
  it: 'di e il la che in un a per è una con non del da si le dei al come più alla nel sono o ma gli delle ha questo',
  nl: 'de en van ik te dat die in een hij het niet zijn is was op aan met als voor had er maar om hem dan zou wat mijn bij',
  pl: 'i w na z do się nie to że jest o jak a po co ale za od są dla przez czy tak być już ten oraz jego które może',
  pt: 'de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem você',
  sv: 'och i att det som en på är av för med den till inte har de ett om jag var han men sig så vi kan från när du ska',
  tr: 've bir bu da de için ne ben o mi ile çok ama daha gibi var sen en değil olarak kadar mu sonra ki her şey bana nasıl evet lütfen',
};
const LANGUAGES = Object.entries(WORDS).map(([name, words]) => [name, new Set(words.split(' '))] as const);

/** Maximum number of characters that are examined. */
const MAX_CHARACTERS = 4000;
/** Least number of frequent words that identify a language. */
const LEAST_WORDS = 2;

/**
 * Returns the likely language of a text: a language such as `de`, a script such as `cyrillic`, `latin` for a text in Latin script
 * whose language is not known, or `none` for a text without letters.
 */
export function languageOf(text: string): string {
  const beginning = text.slice(0, MAX_CHARACTERS);
  const letters = beginning.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return 'none';
  const script = SCRIPTS.find(
    ([, expression, leastShare]) => (beginning.match(expression)?.length ?? 0) >= letters * leastShare,
  );
  return script?.[0] ?? latinLanguage(beginning);
}

/** Returns the language with the most frequent words. With equal numbers, the first language in the order of the table. */
function latinLanguage(text: string): string {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const [best] = LANGUAGES.map(([name, known]) => ({
    name,
    count: words.filter((word) => known.has(word)).length,
  })).sort((a, b) => b.count - a.count);
  return best !== undefined && best.count >= LEAST_WORDS ? best.name : 'latin';
}
