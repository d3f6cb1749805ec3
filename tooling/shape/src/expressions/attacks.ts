import { visitRegExpAST, type AST } from '@eslint-community/regexpp';
import { charactersOf, isCharacter } from './matcher.ts';

/** Text of any length: `head`, then `pump` repeatedly, then `tail`. */
export interface Attack {
  readonly head: string;
  readonly pump: string;
  readonly tail: string;
}

/** Repetitions are checked if their maximum is at least this number. Repetitions with a lower maximum are harmless. */
const MANY = 64;
const MOST_KINDS = 10;
const USUAL = ' \t\n\raZ09_-./\\"\'<>=:,;()[]{}@&%#?!*+|^$~`é\u0001';
/** Character that no expression matches. */
const TAILS = ['', '\u0001'];

/** Returns texts that make an expression backtrack, built from its parts. */
export function attacksOn(literal: AST.RegExpLiteral): readonly Attack[] {
  const alphabet = kindsOf(literal);
  const words = wordsOf(literal, alphabet);
  const pairs = alphabet.flatMap((a) => alphabet.map((b) => a + b));
  const pumps = [...new Set([...alphabet, ...words, ...(alphabet.length <= MOST_KINDS ? pairs : [])])];
  const heads = ['', ...words.slice(0, 8)];
  return pumps
    .filter((pump) => pump !== '')
    .flatMap((pump) => heads.flatMap((head) => TAILS.map((tail) => ({ head, pump, tail }))));
}

/** Returns one character of each character class in the expression. */
function kindsOf({ pattern, flags }: AST.RegExpLiteral): readonly string[] {
  const tests: ((character: string) => boolean)[] = [
    (character) => /\w/.test(character),
    (character) => character === '\n',
  ];
  const characters = new Set(Array.from(USUAL));
  visitRegExpAST(pattern, {
    onCharacterEnter: (node) => {
      characters.add(String.fromCodePoint(node.value));
      if (node.parent.type !== 'CharacterClassRange' && node.parent.type !== 'CharacterClass')
        tests.push(charactersOf(node, flags));
    },
    onCharacterClassEnter: (node) => {
      if (node.parent.type !== 'CharacterClass') tests.push(charactersOf(node, flags));
    },
    onCharacterSetEnter: (node) => {
      if (node.parent.type !== 'CharacterClass') tests.push(charactersOf(node, flags));
    },
  });
  const byKind = new Map<string, string>();
  for (const character of [...characters].filter(({ length }) => length === 1)) {
    const kind = tests.map((matches) => (matches(character) ? '1' : '0')).join('');
    if (!byKind.has(kind)) byKind.set(kind, character);
  }
  return [...byKind.values()];
}

/** Returns the texts before each long repetition, its repeated text, and both. */
function wordsOf({ pattern, flags }: AST.RegExpLiteral, alphabet: readonly string[]): readonly string[] {
  const sample = sampler(alphabet, flags);
  const words: string[] = [];
  visitRegExpAST(pattern, {
    onQuantifierEnter(quantifier) {
      if (quantifier.max < MANY) return;
      const inner = sample(quantifier.element);
      for (const before of samplesBefore(quantifier, sample)) {
        words.push(before, ...inner, ...inner.map((word) => before + word));
      }
    },
  });
  return [...new Set(words)].filter((word) => word !== '').slice(0, 40);
}

type Sampler = (element: AST.Element) => readonly string[];

/** Returns texts that can precede an element in its alternative and in the enclosing groups. */
function samplesBefore(element: AST.Element, sample: Sampler): readonly string[] {
  const { parent } = element;
  if (parent.type === 'Quantifier') return samplesBefore(parent, sample);
  if (parent.type !== 'Alternative') return [''];
  const siblings = parent.elements.slice(0, parent.elements.indexOf(element));
  const here = joined(siblings.map(sample));
  const { parent: group } = parent;
  if (group.type === 'Pattern' || group.type === 'Assertion') return here;
  return joined([samplesBefore(group, sample), here]);
}

/** Returns a few texts that an element matches. */
function sampler(alphabet: readonly string[], flags: AST.Flags): Sampler {
  const sample: Sampler = (element) => {
    if (isCharacter(element)) {
      const matches = charactersOf(element, flags);
      const own = element.type === 'Character' ? [String.fromCodePoint(element.value)] : [];
      return [...own, ...alphabet.filter(matches)].slice(0, element.type === 'Character' ? 1 : 3);
    }
    if (element.type === 'Group' || element.type === 'CapturingGroup') {
      return element.alternatives.flatMap(({ elements }) => joined(elements.map(sample))).slice(0, 6);
    }
    if (element.type === 'Quantifier') {
      const one = sample(element.element);
      const least = one.map((word) => word.repeat(Math.min(element.min, MANY)));
      return [...new Set(element.min === 0 ? ['', ...one] : least)];
    }
    return [''];
  };
  return sample;
}

/** Returns combinations of choices, up to a limit. */
const joined = (parts: readonly (readonly string[])[]): readonly string[] =>
  parts.reduce<readonly string[]>(
    (before, part) => before.flatMap((word) => part.map((more) => word + more)).slice(0, 8),
    [''],
  );
