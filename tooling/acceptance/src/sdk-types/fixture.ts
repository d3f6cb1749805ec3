import ts from 'typescript';

/** Member of a fixture that can have another value. */
export interface Leaf {
  /** Path in the terms of the type, such as `content[text].citations[char_location].title`. */
  readonly name: string;
  /** Keys from the root of the fixture to the member. */
  readonly keys: readonly (string | number)[];
  /** Another value that the type allows. */
  readonly other: unknown;
}

export interface Fixture {
  readonly value: unknown;
  readonly leaves: readonly Leaf[];
}

/**
 * Value of a member and another value, by the path or the name of the member, for members whose form is not in the type, such as
 * base64. `omitted` leaves the member out. `one at a time`, for the name of a type, creates an element for each member.
 */
export type Values = Readonly<Record<string, readonly [unknown, unknown] | 'omitted' | 'one at a time'>>;

interface Place {
  readonly name: string;
  readonly keys: readonly (string | number)[];
  /** Types that contain this place. A type within itself is omitted. */
  readonly within: readonly ts.Type[];
  /** Number of the variant that is chosen where a member has several types. */
  readonly variant: number;
}

const MAX_DEPTH = 12;

/** Returns a value of the type in which each member is present, and its members. An array has an element for each type. */
export function fixtureOf(checker: ts.TypeChecker, type: ts.Type, values: Values): Fixture {
  const builder = new FixtureBuilder(checker, values);
  const value = builder.value(type, { name: '', keys: [], within: [], variant: 0 });
  return { value, leaves: builder.leaves };
}

class FixtureBuilder {
  readonly leaves: Leaf[] = [];
  private readonly checker: ts.TypeChecker;
  private readonly values: Values;
  /** Number of strings so far, by which each string of the fixture differs from the others. */
  private texted = 0;
  /** Maximum number of types that a member within the current element has. */
  private variants = 1;

  constructor(checker: ts.TypeChecker, values: Values) {
    this.checker = checker;
    this.values = values;
  }

  value(type: ts.Type, place: Place): unknown {
    const types = typesOf(type);
    if (types.length === 0) return undefined;
    const member = place.keys.findLast((key) => typeof key === 'string') ?? '';
    const given = this.values[place.name] ?? this.values[member];
    if (given === 'omitted') return undefined;
    if (given !== undefined && given !== 'one at a time') return this.leaf(place, given[0], given[1]);
    const literals = types.filter((each) => each.isLiteral() || isBoolean(each));
    const objects = types.filter((each) => (each.flags & ts.TypeFlags.Object) !== 0);
    if (objects.length > 0) {
      this.variants = Math.max(this.variants, objects.length);
      return this.object(objects[place.variant % objects.length] as ts.Type, place);
    }
    if (types.some(({ flags }) => (flags & ts.TypeFlags.String) !== 0))
      return this.leaf(place, `text_${this.texted++}`, 'another_text');
    if (types.some(({ flags }) => (flags & ts.TypeFlags.Number) !== 0)) return this.leaf(place, 7, 8);
    if (literals.some(isBoolean)) return this.leaf(place, true, false);
    if (literals.length > 0) return this.literal(literals as ts.LiteralType[], place);
    return this.leaf(place, { known: 'a' }, { known: 'b' });
  }

  private literal(literals: readonly ts.LiteralType[], place: Place): unknown {
    const values = literals.map(({ value }) => value);
    const first = values[place.variant % values.length];
    const other = values.find((value) => value !== first);
    return other === undefined ? first : this.leaf(place, first, other);
  }

  private object(type: ts.Type, place: Place): unknown {
    const element = this.elementOf(type);
    if (element !== undefined) return this.elements(element, place);
    const index = this.checker.getIndexInfosOfType(type)[0];
    const members = type.getProperties().filter(isMember);
    if (place.within.includes(type) || place.within.length > MAX_DEPTH) return undefined;
    if (members.length === 0) {
      if (index === undefined) return this.leaf(place, { known: 'a' }, { known: 'b' });
      return { key: this.value(index.type, inside(place, 'key', type, '{}')) };
    }
    const values = members.map((member) => {
      const name = place.name === '' ? member.name : `.${member.name}`;
      const ofMember = this.checker.getTypeOfSymbol(member);
      return [member.name, this.value(ofMember, inside(place, member.name, type, name))] as const;
    });
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  }

  /** Returns an element for each type of element, and for each type that a member of it can have. */
  private elements(element: ts.Type, place: Place): readonly unknown[] {
    const outer = this.variants;
    const values: unknown[] = [];
    for (const type of typesOf(element)) {
      if (place.within.includes(type)) continue;
      const isObject = (type.flags & ts.TypeFlags.Object) !== 0;
      this.variants = 1;
      if (isObject && this.values[kindOf(this.checker, type)] === 'one at a time') {
        values.push(
          ...this.separateMembers(
            type,
            { ...place, name: `${place.name}[${kindOf(this.checker, type)}]` },
            values.length,
          ),
        );
        continue;
      }
      // Creating an element raises `variants` if a member of it has more types, which need more elements.
      for (let variant = 0; variant < this.variants; variant++) {
        const name = `${place.name}[${isObject ? kindOf(this.checker, type) : ''}]`;
        const at = { ...place, name, keys: [...place.keys, values.length], variant };
        values.push(isObject ? this.object(type, at) : this.value(type, at));
      }
    }
    this.variants = outer;
    return values.filter((value) => value !== undefined);
  }

  /** Returns an object for each member, for types with members that exclude each other, which is not in the SDK's types. */
  private separateMembers(type: ts.Type, place: Place, start: number): readonly unknown[] {
    const members = type.getProperties().filter(isMember);
    return members.map((member, at) => {
      const ofElement = { ...place, keys: [...place.keys, start + at] };
      const ofMember = inside(ofElement, member.name, type, `.${member.name}`);
      return { [member.name]: this.value(this.checker.getTypeOfSymbol(member), ofMember) };
    });
  }

  private elementOf(type: ts.Type): ts.Type | undefined {
    return this.checker.isArrayLikeType(type)
      ? this.checker.getIndexTypeOfType(type, ts.IndexKind.Number)
      : undefined;
  }

  private leaf<T>({ name, keys }: Place, value: T, other: unknown): T {
    this.leaves.push({ name, keys, other });
    return value;
  }
}

/** Returns the literal that identifies the type in its union, or the name of the type. */
export function kindOf(checker: ts.TypeChecker, type: ts.Type): string {
  for (const name of ['type', 'role']) {
    const symbol = type.getProperty(name);
    const literal = symbol && checker.getTypeOfSymbol(symbol);
    if (literal?.isStringLiteral() === true) return literal.value;
  }
  return type.aliasSymbol?.name ?? type.symbol.name.replace('__type', '');
}

const inside = (place: Place, key: string, type: ts.Type, name: string): Place => ({
  name: `${place.name}${name}`,
  keys: [...place.keys, key],
  within: [...place.within, type],
  variant: place.variant,
});

const NO_VALUE = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Never;

/** Returns the types of a union, without those that have no value, and without the member of the AWS SDK for unknown variants. */
export const typesOf = (type: ts.Type): readonly ts.Type[] =>
  (type.isUnion() ? type.types : [type]).filter(
    (each) => (each.flags & NO_VALUE) === 0 && each.getSymbol()?.name !== '$UnknownMember',
  );

export const isBoolean = ({ flags }: ts.Type): boolean => (flags & ts.TypeFlags.BooleanLike) !== 0;

/** Whether a property can be in JSON: methods and computed properties of classes cannot. */
export const isMember = ({ flags, name }: ts.Symbol): boolean =>
  (flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Accessor)) === 0 && !name.startsWith('_');

/** Returns the fixture with another value of one member. Other members are not copied. */
export const withOther = ({ value }: Fixture, { keys, other }: Leaf): unknown => replaced(value, keys, other);

function replaced(value: unknown, [key, ...rest]: Leaf['keys'], other: unknown): unknown {
  if (key === undefined) return other;
  const member = replaced((value as Record<string | number, unknown>)[key], rest, other);
  if (Array.isArray(value)) return value.with(Number(key), member);
  return { ...(value as object), [key]: member };
}
