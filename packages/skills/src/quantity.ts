/**
 * A number of the calculator: a fraction of whole numbers, exact however large, or, where that would be endless, the
 * floating-point number nearest to it.
 */
export type Quantity = { readonly top: bigint; readonly bottom: bigint } | { readonly about: number };

/** What two numbers are combined by. */
export type Operation = '+' | '-' | '*' | '/' | '%' | '^';

/** Of a fraction's parts, above which it is given up: the largest floating-point number has 1,024. */
const MOST_BITS = 1100;
/** Fractions are reduced from this size on, and before they are shown. */
const REDUCED_BITS = 256;
/** Decimals with more digits than this behind the point are told rounded. */
const MOST_DECIMALS = 40;

/** A literal such as `12`, `.5` or `1.5e-3`, as it is written. */
export function quantityOf(literal: string): Quantity {
  const [, whole = '', decimals = '', exponent = '0'] =
    /^(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(literal) ?? [];
  const scale = Number(exponent) - decimals.length;
  // Nothing is left of such numbers, or they are too large to be told.
  if (Math.abs(scale) + whole.length + decimals.length > MOST_BITS / 3) return { about: Number(literal) };
  const digits = BigInt(`0${whole}${decimals}`);
  return scale < 0
    ? { top: digits, bottom: 10n ** BigInt(-scale) }
    : { top: digits * 10n ** BigInt(scale), bottom: 1n };
}

export const negated = (value: Quantity): Quantity =>
  'about' in value ? { about: -value.about } : { ...value, top: -value.top };

/** Throws a `RangeError` for a division by zero, and for a result that is not a finite number. */
export function combined(operation: Operation, left: Quantity, right: Quantity): Quantity {
  const words = `${toNumber(left)} ${operation} ${toNumber(right)}`;
  if ((operation === '/' || operation === '%') && toNumber(right) === 0 && isZero(right))
    throw new RangeError(`division by zero: ${words}`);
  const exact = 'about' in left || 'about' in right ? undefined : combinedFractions(operation, left, right);
  const result = exact ?? { about: combinedNumbers(operation, toNumber(left), toNumber(right)) };
  if (!Number.isFinite(toNumber(result))) throw new RangeError(`${words} is not a finite number`);
  return result;
}

type Fraction = Extract<Quantity, { readonly top: bigint }>;

const isZero = (value: Quantity): boolean => ('about' in value ? value.about === 0 : value.top === 0n);

/** `undefined` where no fraction of a sensible size is the result. */
function combinedFractions(operation: Operation, left: Fraction, right: Fraction): Quantity | undefined {
  switch (operation) {
    case '+':
      return bounded(left.top * right.bottom + right.top * left.bottom, left.bottom * right.bottom);
    case '-':
      return bounded(left.top * right.bottom - right.top * left.bottom, left.bottom * right.bottom);
    case '*':
      return bounded(left.top * right.top, left.bottom * right.bottom);
    case '/':
      return bounded(left.top * right.bottom, left.bottom * right.top);
    case '%':
      // With the sign of the dividend, as whole numbers have it.
      return bounded((left.top * right.bottom) % (right.top * left.bottom), left.bottom * right.bottom);
    case '^':
      return power(left, reduced(right));
    default:
      return operation satisfies never;
  }
}

function power(base: Fraction, { top: exponent, bottom }: Fraction): Quantity | undefined {
  const { top: a, bottom: b } = reduced(base);
  const times = exponent < 0n ? -exponent : exponent;
  const isTrivial = b === 1n && a >= -1n && a <= 1n;
  if (bottom !== 1n || (a === 0n && exponent < 0n)) return undefined;
  if (isTrivial) return { top: times === 0n ? 1n : a * (times % 2n === 0n ? a : 1n), bottom: 1n };
  // The result has at least these bits, and at most twice as many.
  const least = BigInt(Math.max(bitLength(a), bitLength(b)) - 1);
  if (times * least > MOST_BITS) return undefined;
  return exponent < 0n ? bounded(b ** times, a ** times) : bounded(a ** times, b ** times);
}

function combinedNumbers(operation: Operation, left: number, right: number): number {
  switch (operation) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
    default:
      return operation satisfies never;
  }
}

function bounded(top: bigint, bottom: bigint): Fraction | undefined {
  const fraction = bottom < 0n ? { top: -top, bottom: -bottom } : { top, bottom };
  const small = bits(bottom) > REDUCED_BITS ? reduced(fraction) : fraction;
  return Math.max(bits(small.top), bits(small.bottom)) > MOST_BITS ? undefined : small;
}

const bitLength = (value: bigint): number => (value < 0n ? -value : value).toString(2).length;

/** Hexadecimal digits are counted in one step. */
const bits = (value: bigint): number => 4 * (value < 0n ? -value : value).toString(16).length;

function reduced({ top, bottom }: Fraction): Fraction {
  let [a, b] = [top < 0n ? -top : top, bottom];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? { top, bottom } : { top: top / a, bottom: bottom / a };
}

/** The floating-point number nearest to it. */
export function toNumber(value: Quantity): number {
  if ('about' in value) return value.about;
  const { top, bottom } = value;
  if (bottom === 1n || top === 0n) return Number(top);
  const positive = top < 0n ? -top : top;
  // Some twenty digits in front of the point, whatever the size.
  const shift = 20 - positive.toString().length + bottom.toString().length;
  const digits =
    shift < 0 ? positive / (bottom * 10n ** BigInt(-shift)) : (positive * 10n ** BigInt(shift)) / bottom;
  return Number(`${top < 0n ? '-' : ''}${digits}e${-shift}`);
}

/** All its digits, or `about` and the first fifteen. */
export function told(value: Quantity): string {
  const exact = 'about' in value ? undefined : decimalOf(reduced(value));
  return exact ?? `about ${Number(toNumber(value).toPrecision(15))}`;
}

/** `undefined` for a fraction whose decimals do not end, or go on for long. */
function decimalOf({ top, bottom }: Fraction): string | undefined {
  let places = 0;
  while (10n ** BigInt(places) % bottom !== 0n) if (++places > MOST_DECIMALS) return undefined;
  const digits = ((top < 0n ? -top : top) * (10n ** BigInt(places) / bottom))
    .toString()
    .padStart(places + 1, '0');
  const sign = top < 0n ? '-' : '';
  const point = digits.length - places;
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
