import { combined, negated, quantityOf, toNumber, type Operation, type Quantity } from './quantity.ts';

const LONGEST = 100_000;

type Operator = Operation | 'negate';

/** Higher binds tighter. A sign binds less than a power: -2^2 is -4, as in mathematics; 2^-1 is 0.5. */
const PRECEDENCE: Readonly<Record<Operator, number>> = {
  '+': 1,
  '-': 1,
  '*': 2,
  '/': 2,
  '%': 2,
  negate: 3,
  '^': 4,
};
const SIGNS: Readonly<Record<string, Operator>> = {
  ...{ '+': '+', '-': '-', '*': '*', '/': '/', '%': '%', '^': '^' },
  ...{ '−': '-', '×': '*', '·': '*', '÷': '/' },
};
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;

/**
 * The value of an arithmetic expression, worked out exactly and then as the nearest number: + - * / % ^, parentheses, signs, scientific notation. `%` is the remainder,
 * with the sign of the dividend; `^` goes from right to left. Throws a `RangeError` for a result that is not a finite
 * number, a division by zero included, and a `SyntaxError` for what is not an expression, with the position.
 */
export const calculate = (expression: string): number => toNumber(evaluate(expression));

/** The same, exact where a fraction can be. */
export function evaluate(expression: string): Quantity {
  if (expression.length > LONGEST)
    throw new RangeError(`the expression is longer than ${LONGEST} characters`);
  return new Calculation(expression).value();
}

/** Two stacks instead of recursion: parentheses may be as deep as the text is long. */
class Calculation {
  private readonly text: string;
  private at = 0;
  private readonly values: Quantity[] = [];
  private readonly operators: (Operator | '(')[] = [];

  constructor(text: string) {
    this.text = text;
  }

  value(): Quantity {
    for (;;) {
      this.operand();
      while (this.next() === ')') this.close();
      if (this.at === this.text.length) break;
      this.binary();
    }
    for (let operator = this.operators.pop(); operator !== undefined; operator = this.operators.pop()) {
      if (operator === '(') throw new SyntaxError(`a parenthesis is not closed in ${this.shown()}`);
      this.apply(operator);
    }
    return this.pop();
  }

  /** Signs and opening parentheses, then a number. */
  private operand(): void {
    for (;;) {
      const character = this.next();
      if (character === '(') this.operators.push('(');
      else if (SIGNS[character] === '-') this.operators.push('negate');
      else if (character !== '+') break;
      this.at++;
    }
    NUMBER.lastIndex = this.at;
    const [digits] = NUMBER.exec(this.text) ?? [];
    if (digits === undefined) throw this.unexpected('a number');
    this.at += digits.length;
    if (!Number.isFinite(Number(digits))) throw new RangeError(`${digits} is not a finite number`);
    this.values.push(quantityOf(digits));
  }

  private binary(): void {
    const operator = SIGNS[this.next()];
    if (operator === undefined) throw this.unexpected('an operator');
    this.at++;
    for (
      let top = this.top();
      top !== undefined && top !== '(' && goesFirst(top, operator);
      top = this.top()
    ) {
      this.operators.pop();
      this.apply(top);
    }
    this.operators.push(operator);
  }

  private close(): void {
    for (let operator = this.operators.pop(); operator !== '('; operator = this.operators.pop()) {
      if (operator === undefined) throw this.unexpected('no closing parenthesis');
      this.apply(operator);
    }
    this.at++;
  }

  private apply(operator: Operator): void {
    const right = this.pop();
    if (operator === 'negate') this.values.push(negated(right));
    else this.values.push(combined(operator, this.pop(), right));
  }

  private pop(): Quantity {
    return this.values.pop() ?? { about: NaN };
  }

  private top(): Operator | '(' | undefined {
    return this.operators.at(-1);
  }

  /** The next character that is not white space; '' at the end. */
  private next(): string {
    while (/\s/.test(this.text.charAt(this.at))) this.at++;
    return this.text.charAt(this.at);
  }

  private unexpected(expected: string): SyntaxError {
    const found = this.next() === '' ? 'the end' : `"${this.next()}"`;
    return new SyntaxError(
      `expected ${expected} at position ${this.at + 1}, found ${found} in ${this.shown()}`,
    );
  }

  private shown(): string {
    return this.text.length > 60 ? `"${this.text.slice(0, 60)}…"` : `"${this.text}"`;
  }
}

/** `^` waits for the one to its right; all others go from left to right. */
const goesFirst = (top: Operator, next: Operator): boolean =>
  PRECEDENCE[top] > PRECEDENCE[next] || (PRECEDENCE[top] === PRECEDENCE[next] && next !== '^');
