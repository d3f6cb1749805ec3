import { parseRegExpLiteral, type AST } from '@eslint-community/regexpp';

/** Continuation after a part has matched up to a position. */
type Next = (at: number) => boolean;
type Match = (at: number, next: Next) => boolean;

/** Matches by backtracking, like JavaScript engines, and counts the steps. The count is the same on every machine. */
export class Matcher {
  readonly literal: AST.RegExpLiteral;
  private readonly pattern: Match;
  private text = '';
  private count = 0;
  private most = Infinity;
  private readonly groups = new Map<AST.CapturingGroup, string>();

  constructor(literal: string) {
    this.literal = parseRegExpLiteral(literal);
    this.pattern = this.anyOf(this.literal.pattern.alternatives, 1);
  }

  /**
   * Returns the number of steps to all matches of a text, or to the first match. Equals the number of a backtracking engine up
   * to a constant factor. Stops at `most`.
   */
  steps(text: string, isGlobal: boolean, most: number): number {
    this.text = text;
    this.most = most;
    this.count = 0;
    try {
      for (let at = 0; at <= text.length; at++) {
        const end = this.matchAt(at);
        if (end === undefined) {
          if (this.literal.flags.sticky) break;
          continue;
        }
        if (!isGlobal) break;
        at = Math.max(at, end - 1);
      }
    } catch (error) {
      if (error !== OVER && !(error instanceof RangeError)) throw error;
      return most;
    }
    return this.count;
  }

  private matchAt(at: number): number | undefined {
    this.groups.clear();
    let end: number | undefined;
    this.pattern(at, (found) => {
      end = found;
      return true;
    });
    return end;
  }

  private step(): void {
    if (++this.count > this.most) throw OVER;
  }

  private anyOf(alternatives: readonly AST.Alternative[], way: Way): Match {
    const matches = alternatives.map(({ elements }) => this.inOrder(elements, way));
    return (at, next) => matches.some((match) => match(at, next));
  }

  private inOrder(elements: readonly AST.Element[], way: Way): Match {
    const parts = elements.map((element) => this.compiled(element, way));
    if (way === -1) parts.reverse();
    const from = (index: number, at: number, next: Next): boolean => {
      const part = parts[index];
      return part === undefined ? next(at) : part(at, (end) => from(index + 1, end, next));
    };
    return (at, next) => {
      this.step();
      return from(0, at, next);
    };
  }

  private compiled(element: AST.Element, way: Way): Match {
    switch (element.type) {
      case 'Group':
        return this.anyOf(element.alternatives, way);
      case 'CapturingGroup':
        return this.capturing(element, way);
      case 'Quantifier':
        return this.repeated(element, way);
      case 'Assertion':
        return this.assertion(element);
      case 'Backreference':
        return this.again(element, way);
      case 'Character':
      case 'CharacterClass':
      case 'CharacterSet':
      case 'ExpressionCharacterClass': {
        const isOne = this.oneOf(element, way);
        return (at, next) => isOne(at) && next(at + way);
      }
    }
  }

  private oneOf(element: AST.Element, way: Way): (at: number) => boolean {
    const matches = charactersOf(element, this.literal.flags);
    return (at) => {
      this.step();
      const character = this.text[way === 1 ? at : at - 1];
      return character !== undefined && matches(character);
    };
  }

  private capturing(group: AST.CapturingGroup, way: Way): Match {
    const match = this.anyOf(group.alternatives, way);
    return (at, next) =>
      match(at, (end) => {
        const before = this.groups.get(group);
        this.groups.set(group, this.text.slice(Math.min(at, end), Math.max(at, end)));
        if (next(end)) return true;
        if (before === undefined) this.groups.delete(group);
        else this.groups.set(group, before);
        return false;
      });
  }

  private again({ resolved }: AST.Backreference, way: Way): Match {
    return (at, next) => {
      this.step();
      const [group] = [resolved].flat();
      const word = (group && this.groups.get(group)) ?? '';
      const from = way === 1 ? at : at - word.length;
      this.count += word.length;
      return this.text.startsWith(word, from) && next(at + way * word.length);
    };
  }

  private assertion(assertion: AST.Assertion): Match {
    if (assertion.kind === 'lookahead' || assertion.kind === 'lookbehind') {
      const match = this.anyOf(assertion.alternatives, assertion.kind === 'lookahead' ? 1 : -1);
      return (at, next) => match(at, () => true) !== assertion.negate && next(at);
    }
    const edge = new RegExp(assertion.raw, `y${this.literal.flags.raw.replaceAll(/[gdy]/g, '')}`);
    return (at, next) => {
      this.step();
      edge.lastIndex = at;
      return edge.test(this.text) && next(at);
    };
  }

  private repeated({ element, min, max, greedy }: AST.Quantifier, way: Way): Match {
    if (isCharacter(element)) return this.run(this.oneOf(element, way), way, min, max, greedy);
    const match = this.compiled(element, way);
    const more = (count: number, at: number, next: Next): boolean => {
      const again = (): boolean =>
        count < max && match(at, (end) => (end !== at || count < min) && more(count + 1, end, next));
      if (count < min) return again();
      return greedy ? again() || next(at) : next(at) || again();
    };
    return (at, next) => more(0, at, next);
  }

  /** Repeats a single character without recursion. */
  private run(isOne: (at: number) => boolean, way: Way, min: number, max: number, greedy: boolean): Match {
    return (at, next) => {
      let count = 0;
      const goesOn = (): boolean => count < max && isOne(at + way * count);
      while (count < min) {
        if (!goesOn()) return false;
        count++;
      }
      if (!greedy) {
        while (!next(at + way * count)) {
          if (!goesOn()) return false;
          count++;
        }
        return true;
      }
      while (goesOn()) count++;
      for (; count >= min; count--) {
        this.step();
        if (next(at + way * count)) return true;
      }
      return false;
    };
  }
}

/** Direction: forwards, or backwards in a lookbehind. */
type Way = 1 | -1;

const OVER = new Error('too many steps');

export const isCharacter = ({ type }: AST.Element): boolean =>
  type === 'Character' ||
  type === 'CharacterClass' ||
  type === 'CharacterSet' ||
  type === 'ExpressionCharacterClass';

/** Returns whether a character matches, according to the platform's regular expressions. */
export function charactersOf({ raw }: AST.Element, flags: AST.Flags): (character: string) => boolean {
  const one = new RegExp(`^(?:${raw})$`, flags.raw.replaceAll(/[gdym]/g, ''));
  const known = new Map<string, boolean>();
  return (character) => {
    const found = known.get(character) ?? one.test(character);
    known.set(character, found);
    return found;
  };
}
