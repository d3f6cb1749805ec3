import ts from 'typescript';
import { isBoolean, isMember, kindOf, typesOf } from './fixture.ts';

type Json = Readonly<Record<string, unknown>>;

/** Effect of a request: its status, the warnings of its response, and the requests that the vendor received. */
export interface Effect {
  readonly isRefused: boolean;
  readonly warnings: string;
  readonly sent: string;
}

export interface RequestMembersOptions {
  readonly checker: ts.TypeChecker;
  /** Returns the effect of a request. Must have the same result for equal requests. */
  readonly effectOf: (request: Json) => Promise<Effect>;
  /** Valid values of members whose form is not in the type, by name of the member or by path. An empty list omits the member. */
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  /** Elements that precede an element of an array, by path of the array or of the element's type. */
  readonly before: Readonly<Record<string, readonly unknown[]>>;
  /** Members without which a member or an object has no effect, by its path. They are next to the member, or in the object. */
  readonly together: Readonly<Record<string, Json>>;
}

/** Place of a value in a request. */
interface Place {
  /** Path in the terms of the type, such as `messages[user].content[text].cache_control`. */
  readonly name: string;
  readonly isOptional: boolean;
  /** Returns the request with this value, or without the member for `undefined`. */
  readonly request: (value: unknown) => Json;
  /** Types that contain this place. A type within itself is omitted. */
  readonly within: readonly ts.Type[];
}

const MAX_DEPTH = 8;

/**
 * Sends each member of a request type alone, on the smallest request that permits it, and collects those that neither the vendor's
 * request nor a warning nor a refusal shows. An optional member is compared with a request without it, a required one with another
 * value, and each value of an enumeration separately.
 */
export class RequestMembers {
  readonly silent: string[] = [];
  /** Number of members and values that were sent. */
  count = 0;
  private readonly options: RequestMembersOptions;

  constructor(options: RequestMembersOptions) {
    this.options = options;
  }

  /** Sends each member of an object. `embed` returns the request with this object. */
  async members(
    type: ts.Type,
    name: string,
    required: Json,
    embed: (value: Json) => Json,
    skipped: ReadonlySet<string> = new Set(),
    within: readonly ts.Type[] = [],
  ): Promise<void> {
    for (const member of type.getProperties().filter((each) => isMember(each) && !skipped.has(each.name))) {
      const path = name === '' ? member.name : `${name}.${member.name}`;
      const { [member.name]: _own, ...others } = { ...this.options.together[path], ...required };
      await this.value(this.options.checker.getTypeOfSymbol(member), {
        name: path,
        isOptional: isOptional(member) && !(member.name in required),
        request: (value) => embed(value === undefined ? others : { ...others, [member.name]: value }),
        within: [...within, type],
      });
    }
  }

  private async value(type: ts.Type, place: Place): Promise<void> {
    const given = this.given(place.name);
    if (given !== undefined) {
      if (given.length > 0) await this.scalars(given, place, place.name);
      return;
    }
    const types = typesOf(type);
    const flagged = (flags: ts.TypeFlags): boolean => types.some((each) => (each.flags & flags) !== 0);
    if (types.some(isBoolean)) await this.scalars([true, false], place, place.name);
    if (flagged(ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral))
      await this.scalars(['text', 'other'], place, place.name);
    if (flagged(ts.TypeFlags.Number)) await this.scalars([1, 2], place, place.name);
    if (flagged(ts.TypeFlags.Unknown | ts.TypeFlags.Any)) await this.scalars(ANY, place, place.name);
    const literals = types.flatMap((each) => (each.isLiteral() ? [each.value] : []));
    // A required member with one value identifies its object.
    if (place.isOptional || literals.length > 1)
      for (const literal of literals) {
        const others = literals.filter((other) => other !== literal);
        await this.scalars(
          [literal, ...(place.isOptional ? [] : others)],
          place,
          `${place.name} ${JSON.stringify(literal)}`,
        );
      }
    for (const each of types) if ((each.flags & ts.TypeFlags.Object) !== 0) await this.object(each, place);
  }

  /** Compares an optional member with a request without it, and a required member with another of its values. */
  private async scalars(values: readonly unknown[], place: Place, name: string): Promise<void> {
    const requests = values.map((value) => place.request(value));
    const [first, ...others] = place.isOptional ? [place.request(undefined), ...requests] : requests;
    if (first === undefined) return;
    this.count++;
    for (const other of others) if ((await this.difference(other, first)) !== 'none') return;
    this.silent.push(name);
  }

  private async object(type: ts.Type, place: Place): Promise<void> {
    const { checker } = this.options;
    if (place.within.includes(type) || place.within.length > MAX_DEPTH) return;
    const element = checker.isArrayLikeType(type)
      ? checker.getIndexTypeOfType(type, ts.IndexKind.Number)
      : undefined;
    if (element !== undefined) {
      await this.elements(element, place);
      return;
    }
    if (type.getProperties().filter(isMember).length === 0) {
      if (type.getCallSignatures().length === 0) await this.scalars(ANY, place, place.name);
      return;
    }
    const name = this.objectName(place.name, type);
    const required = this.smallest(type, place.name, place.within) as Json;
    if (place.isOptional) {
      this.count++;
      const difference = await this.difference(place.request(required), place.request(undefined));
      if (difference === 'none' && Object.keys(required).length > 0) this.silent.push(name);
      // The members of an object that is refused or dropped with a warning are not sent.
      if (difference === 'refused' || difference === 'warning') return;
    }
    await this.members(type, name, required, place.request, new Set(), place.within);
  }

  private async elements(element: ts.Type, place: Place): Promise<void> {
    const { before } = this.options;
    for (const type of typesOf(element)) {
      const name = this.elementName(place.name, type);
      const earlier = before[name] ?? before[place.name] ?? [];
      await this.value(type, {
        ...place,
        name,
        isOptional: true,
        request: (value) =>
          place.request(
            value === undefined ? (earlier.length > 0 ? earlier : undefined) : [...earlier, value],
          ),
      });
    }
  }

  /** Returns the smallest value of a type: of an object its required members, of a union its first type. */
  private smallest(type: ts.Type, name: string, within: readonly ts.Type[]): unknown {
    const { checker } = this.options;
    const given = this.given(name)?.[0];
    if (given !== undefined) return given;
    const types = typesOf(type);
    const simple = types.find(
      ({ flags }) => (flags & (ts.TypeFlags.Object | ts.TypeFlags.Unknown | ts.TypeFlags.Any)) === 0,
    );
    const chosen = simple ?? types[0];
    if (chosen === undefined) return undefined;
    if (chosen.isLiteral()) return chosen.value;
    if (isBoolean(chosen)) return true;
    if ((chosen.flags & ts.TypeFlags.Number) !== 0) return 1;
    if ((chosen.flags & ts.TypeFlags.String) !== 0) return 'text';
    if ((chosen.flags & ts.TypeFlags.Object) === 0 || within.includes(chosen)) return ANY[0];
    const element = checker.isArrayLikeType(chosen)
      ? checker.getIndexTypeOfType(chosen, ts.IndexKind.Number)
      : undefined;
    if (element !== undefined) {
      const [first] = typesOf(element);
      return [this.smallest(first ?? element, this.elementName(name, first ?? element), [...within, chosen])];
    }
    const objectName = this.objectName(name, chosen);
    const members = chosen.getProperties().filter((member) => isMember(member) && !isOptional(member));
    const required = members.map((member) => {
      const memberName = `${objectName}.${member.name}`;
      return [member.name, this.smallest(checker.getTypeOfSymbol(member), memberName, [...within, chosen])];
    });
    return { ...Object.fromEntries(required), ...this.options.together[objectName] };
  }

  private objectName(name: string, type: ts.Type): string {
    return name.endsWith(']') ? name : `${name}{${kindOf(this.options.checker, type)}}`;
  }

  private elementName(name: string, type: ts.Type): string {
    return `${name}[${(type.flags & ts.TypeFlags.Object) === 0 ? '' : kindOf(this.options.checker, type)}]`;
  }

  private given(name: string): readonly unknown[] | undefined {
    const { values } = this.options;
    const member = /[^.]+$/.exec(name)?.[0] ?? '';
    return values[name] ?? values[member];
  }

  private async difference(request: Json, other: Json): Promise<'none' | 'refused' | 'warning' | 'sent'> {
    const [effect, otherEffect] = [await this.options.effectOf(request), await this.options.effectOf(other)];
    if (effect.isRefused) return 'refused';
    if (otherEffect.isRefused || effect.sent !== otherEffect.sent) return 'sent';
    return effect.warnings === otherEffect.warnings ? 'none' : 'warning';
  }
}

const ANY: readonly unknown[] = [{ known: 'a' }, { known: 'b' }];

const isOptional = ({ flags }: ts.Symbol): boolean => (flags & ts.SymbolFlags.Optional) !== 0;
