import type { Turn } from './contract.ts';

const MAX_CHARACTERS = 160;
const MAX_WORDS = 28;

/**
 * Beginnings of words that request work, in English, German, French and Spanish. A turn with such a word is not simple.
 */
const WORK =
  /(?<![\p{L}\p{N}])(?:analy[sz]|audit|benchmark|bug|build|calcul|compar|compil|config|crash|debug|deploy|design|diff|docker|error|exception|explain|fail|fix|implement|investigat|kubernet|log|migrat|optimi[sz]|patch|plan|pytest|refactor|research|review|rewrit|schema|script|search|sql|stack|summari[sz]|terminal|test|tool|trace|translat|write|baue|behebe|erkl[äa]r|erstell|fehler|implementier|recherchier|schreib|suche|übersetz|vergleich|zusammenfass|corrig|cr[ée]e|d[ée]bog|[ée]cri[rst]|erreur|expliqu|r[ée]sum|tradui|analiza|busca|crea|depura|escrib|expl[ií]ca|prueba|resum|traduc)/iu;
const ADDRESS = /\w:\/\/|www\./i;

/**
 * Whether a cheap model is sufficient for a turn: the last user message is short, and contains no images, code, URLs or words
 * that request work. `simpleTurns.is` replaces this function.
 */
export function isSimpleTurn({ request }: Turn): boolean {
  const last = request?.messages.at(-1);
  if (last?.role !== 'user' || request?.output !== undefined) return false;
  const { parts } = last;
  const texts = parts.filter((part) => part.type === 'text');
  if (texts.length < parts.length) return false;
  const text = texts
    .map((part) => part.text)
    .join('\n')
    .trim();
  if (text === '' || text.length > MAX_CHARACTERS || text.split('\n').length > 2) return false;
  return !text.includes('`') && !ADDRESS.test(text) && countWords(text) <= MAX_WORDS && !WORK.test(text);
}

/** Counts words, also in languages without spaces. */
const countWords = (text: string): number =>
  [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].filter(
    ({ isWordLike }) => isWordLike,
  ).length;
