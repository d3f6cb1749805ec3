import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calculate, evaluate } from './calculate.ts';
import { told } from './quantity.ts';

describe('calculate', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['100 / 10 / 5', 2],
    ['2 ^ 3 ^ 2', 512],
    ['-2^2', -4],
    ['(-2)^2', 4],
    ['2^-1', 0.5],
    ['-2^-2', -0.25],
    ['2 * -3', -6],
    ['2 - -3', 5],
    ['--3', 3],
    ['+3', 3],
    ['-(1 + 2)', -3],
    ['7 % 3', 1],
    ['-7 % 3', -1],
    ['7 % -3', 1],
    ['2 * 7 % 4', 2],
    ['2 + 7 % 4', 5],
    ['5.5 % 2', 1.5],
    ['1.5e3', 1500],
    ['1E-3', 0.001],
    ['.5 + 5.', 5.5],
    ['1e3-1', 999],
    ['6 ÷ 2 × 3 − 1', 8],
    [' \t42\n', 42],
    ['0', 0],
    ['1e-400', 0],
    ['0^0', 1],
    ['9007199254740991', 9007199254740991],
  ])('%s is %d', (expression, value) => {
    expect(calculate(expression)).toBe(value);
  });

  it.each([
    ['1/0', 'division by zero: 1 / 0'],
    ['1%0', 'division by zero: 1 % 0'],
    ['0/0', 'division by zero: 0 / 0'],
    ['0^-1', '0 ^ -1 is not a finite number'],
    ['1e400', '1e400 is not a finite number'],
    ['1e308 * 10', '1e+308 * 10 is not a finite number'],
    ['(-8)^(1/3)', '-8 ^ 0.3333333333333333 is not a finite number'],
    ['2+', 'expected a number at position 3, found the end in "2+"'],
    ['', 'expected a number at position 1, found the end in ""'],
    ['2 3', 'expected an operator at position 3, found "3" in "2 3"'],
    ['2(3)', 'expected an operator at position 2, found "(" in "2(3)"'],
    ['* 2', 'expected a number at position 1, found "*" in "* 2"'],
    ['()', 'expected a number at position 2, found ")" in "()"'],
    ['(1', 'a parenthesis is not closed in "(1"'],
    ['1)', 'expected no closing parenthesis at position 2, found ")" in "1)"'],
    ['1..2', 'expected an operator at position 3, found "." in "1..2"'],
    ['1e', 'expected an operator at position 2, found "e" in "1e"'],
    ['process.exit()', 'expected a number at position 1, found "p" in "process.exit()"'],
    ['0x10', 'expected an operator at position 2, found "x" in "0x10"'],
    ['Infinity', 'expected a number at position 1, found "I" in "Infinity"'],
  ])('refuses %j: %s', (expression, message) => {
    expect(() => calculate(expression)).toThrow(message);
  });

  it('agrees with whole numbers of any size', () => {
    const operand = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n });
    fc.assert(
      fc.property(operand, fc.constantFrom('+', '-', '*', '%'), operand, (a, operator, b) => {
        fc.pre(operator !== '%' || b !== 0n);
        const exact = { '+': a + b, '-': a - b, '*': a * b, '%': b === 0n ? 0n : a % b }[operator];
        expect(told(evaluate(`(${a}) ${operator} (${b})`))).toBe(String(exact));
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('has every digit of a whole power that a number can hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 200 }), fc.nat(1100), (base, times) => {
        const exact = BigInt(base) ** BigInt(times);
        fc.pre(Number.isFinite(Number(exact)));
        expect(told(evaluate(`(${base})^${times}`))).toBe(String(exact));
      }),
      { seed: 11, numRuns: 500 },
    );
    expect(told(evaluate('2^1023'))).toBe(String(2n ** 1023n));
    expect(told(evaluate('2^1023 % 1000007'))).toBe(String(2n ** 1023n % 1_000_007n));
  });

  it('takes time by the length of an expression', () => {
    const from = process.cpuUsage();
    evaluate('1/3+1/7+'.repeat(12_000) + '1');
    evaluate('1.000001*'.repeat(11_000) + '1');
    evaluate('(1/97)^9*'.repeat(11_000) + '1');
    expect(process.cpuUsage(from).user / 1000).toBeLessThan(5_000);
  });

  it('takes parentheses ten thousand deep', () => {
    expect(calculate(`${'('.repeat(10_000)}1${')'.repeat(10_000)}`)).toBe(1);
    expect(calculate(`${'-('.repeat(10_000)}1${')'.repeat(10_000)}`)).toBe(1);
    expect(() => calculate(`${'('.repeat(10_000)}1`)).toThrow('a parenthesis is not closed');
  });

  it('refuses what is longer than anybody means', () => {
    expect(() => calculate('1'.repeat(100_001))).toThrow('longer than 100000 characters');
  });

  it('agrees with JavaScript where that has the same rules', () => {
    const number = fc.integer({ min: 0, max: 99 }).map(String);
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        number,
        fc
          .tuple(tie('tree'), fc.constantFrom('+', '-', '*'), tie('tree'))
          .map(([a, op, b]) => `${a} ${op} ${b}`),
        tie('tree').map((inner) => `(${inner})`),
        tie('tree').map((inner) => `-(${inner})`),
      ),
    }));
    fc.assert(
      fc.property(tree, (expression) => {
        // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
        const expected = new Function(`return ${expression.replaceAll(/\d+/g, '$&n')}`)() as bigint;
        expect(told(evaluate(expression))).toBe(String(expected));
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
