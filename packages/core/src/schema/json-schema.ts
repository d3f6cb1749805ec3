import { asList, isRecord, isTooDeep, MAX_DEPTH } from '../util/values.ts';
import type { ErrorIssue } from '../types/llm-error.ts';

type Schema = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

/** Maximum number of references and alternatives to follow for one value, because a circular reference would never end. */
const MAX_HOPS = 16;
/** Maximum number of checks of one value against one schema. This number of checks takes about a second. */
const MAX_WORK = 1_000_000;

/**
 * Returns the issues of a value. Checks the common keywords: type, enum, const, required, properties, items and their bounds,
 * anyOf, oneOf, allOf, not and `$ref` within the schema. Ignores unknown keywords. Does not check `pattern`, `patternProperties`
 * and `format`, because a schema may come from an MCP server, and a regular expression can take exponential time.
 */
export function findIssues(schema: object, value: unknown): readonly ErrorIssue[] {
  if (isTooDeep(value)) return [{ path: [], message: `is nested more than ${MAX_DEPTH} levels deep` }];
  const shared = newSharedState(schema as Schema);
  const check = new SchemaCheck(shared, false);
  check.at(schema, value, [], 0);
  if (shared.work <= MAX_WORK) return check.issues;
  return [{ path: [], message: 'takes too long to check' }];
}

type Fit = 'no' | 'perhaps' | 'yes';

/** State that all parts of one check share. */
interface SharedState {
  readonly root: Schema;
  /** Stored results by branch and value. Without them, each enclosing level would check the same branch again. */
  readonly verdicts: Map<unknown, Map<unknown, Fit>>;
  work: number;
  /** Number of keywords that were not checked. If the number is above 0, a value without issues may still not fit the schema. */
  unchecked: number;
  /** Number of checks that were cut off at `MAX_HOPS`. Their results are incomplete. */
  cuts: number;
}

const newSharedState = (root: Schema): SharedState => ({
  root,
  verdicts: new Map(),
  work: 0,
  unchecked: 0,
  cuts: 0,
});

class SchemaCheck {
  readonly issues: ErrorIssue[] = [];
  private readonly shared: SharedState;
  /** Whether the check ends at the first issue, as for a branch whose issues are not reported. */
  private readonly stopsAtFirst: boolean;
  /** Values that were checked, by schema, so that each issue is reported only once. */
  private readonly checked = new Map<unknown, Set<unknown>>();

  constructor(shared: SharedState, stopsAtFirst: boolean) {
    this.shared = shared;
    this.stopsAtFirst = stopsAtFirst;
  }

  /** Checks a value at a path against a schema. Inexpensive keywords come first, because they distinguish most branches. */
  at(schema: unknown, value: unknown, path: Path, hops: number): void {
    if (this.isOver() || ++this.shared.work > MAX_WORK) return;
    if (schema === false) this.add(path, 'is not allowed');
    if (hops > MAX_HOPS) this.shared.cuts++;
    if (!isRecord(schema) || hops > MAX_HOPS || this.wasChecked(schema, value)) return;
    if (!this.checkType(schema['type'], value, path)) return;
    this.checkConstants(schema, value, path);
    if (isRecord(value)) this.checkRequired(schema, value, path);
    if (this.isOver()) return;
    if (typeof schema['$ref'] === 'string')
      this.at(this.resolveReference(schema['$ref']), value, path, hops + 1);
    this.checkBranches(schema, value, path, hops);
    if (typeof value === 'number') this.checkNumber(schema, value, path);
    else if (typeof value === 'string') this.checkString(schema, value, path);
    else if (Array.isArray(value)) this.checkArray(schema, value, path);
    else if (isRecord(value)) this.checkObject(schema, value, path);
  }

  private isOver(): boolean {
    return this.stopsAtFirst && this.issues.length > 0;
  }

  /** Whether an object was already checked against the schema. Equal primitives are checked and reported separately. */
  private wasChecked(schema: Schema, value: unknown): boolean {
    if (!isContainer(value)) return false;
    const values = this.checked.get(schema);
    if (values?.has(value) === true) return true;
    if (values === undefined) this.checked.set(schema, new Set([value]));
    else values.add(value);
    return false;
  }

  private checkType(type: unknown, value: unknown, path: Path): boolean {
    const allowed = Array.isArray(type) ? type : type === undefined ? [] : [type];
    const actual = typeName(value);
    const fits =
      allowed.length === 0 ||
      allowed.some((name) => name === actual || (name === 'number' && actual === 'integer'));
    if (!fits) this.add(path, `expected ${allowed.join(' or ')}, received ${actual}`);
    return fits;
  }

  private checkConstants(schema: Schema, value: unknown, path: Path): void {
    const allowed = Array.isArray(schema['enum'])
      ? schema['enum']
      : 'const' in schema
        ? [schema['const']]
        : undefined;
    if (allowed?.some((member) => isEqual(member, value)) === false) {
      this.add(path, `must be ${allowed.map((member) => JSON.stringify(member)).join(' or ')}`);
    }
  }

  private checkBranches(schema: Schema, value: unknown, path: Path, hops: number): void {
    for (const branch of asList(schema['allOf'])) this.at(branch, value, path, hops + 1);
    const fit = (branch: unknown): Fit => this.fit(branch, value, path, hops + 1);
    const any = asList(schema['anyOf']);
    if (any.length > 0 && any.every((branch) => fit(branch) === 'no'))
      this.add(path, 'fits none of the alternatives');
    const one = asList(schema['oneOf']).map(fit);
    const fitting = one.filter((each) => each === 'yes').length;
    if (one.length > 0 && (fitting > 1 || one.every((each) => each === 'no')))
      this.add(path, 'must fit exactly one of the alternatives');
    if (schema['not'] !== undefined && fit(schema['not']) === 'yes') this.add(path, 'fits the "not" schema');
  }

  private fit(branch: unknown, value: unknown, path: Path, hops: number): Fit {
    const { verdicts, cuts, unchecked } = this.shared;
    const known = verdicts.get(branch)?.get(value);
    if (known === 'perhaps') this.shared.unchecked++;
    if (known !== undefined) return known;
    const check = new SchemaCheck(this.shared, true);
    check.at(branch, value, path, hops);
    const isCertain = unchecked === this.shared.unchecked;
    const fit = check.issues.length > 0 ? 'no' : isCertain ? 'yes' : 'perhaps';
    if (cuts === this.shared.cuts)
      verdicts.set(branch, (verdicts.get(branch) ?? new Map<unknown, Fit>()).set(value, fit));
    return fit;
  }

  private checkNumber(schema: Schema, value: number, path: Path): void {
    this.checkBound(schema['minimum'], (limit) => value >= limit, path, 'must be at least');
    this.checkBound(schema['maximum'], (limit) => value <= limit, path, 'must be at most');
    this.checkBound(schema['exclusiveMinimum'], (limit) => value > limit, path, 'must be above');
    this.checkBound(schema['exclusiveMaximum'], (limit) => value < limit, path, 'must be below');
    const isMultiple = (step: number): boolean => Math.abs(value / step - Math.round(value / step)) < 1e-9;
    this.checkBound(schema['multipleOf'], isMultiple, path, 'must be a multiple of');
  }

  private checkString(schema: Schema, value: string, path: Path): void {
    const length = (): number => Array.from(value).length;
    this.checkBound(schema['minLength'], (limit) => length() >= limit, path, 'length must be at least');
    this.checkBound(schema['maxLength'], (limit) => length() <= limit, path, 'length must be at most');
    if (schema['pattern'] !== undefined || schema['format'] !== undefined) this.shared.unchecked++;
  }

  private checkArray(schema: Schema, value: readonly unknown[], path: Path): void {
    this.checkBound(schema['minItems'], (limit) => value.length >= limit, path, 'length must be at least');
    this.checkBound(schema['maxItems'], (limit) => value.length <= limit, path, 'length must be at most');
    const first = asList(schema['prefixItems']);
    value.forEach((item, index) => {
      this.at(index < first.length ? first[index] : schema['items'], item, [...path, index], 0);
    });
    if (schema['uniqueItems'] === true && new Set(value.map(canonical)).size < value.length) {
      this.add(path, 'items must differ');
    }
  }

  private checkRequired(schema: Schema, value: Schema, path: Path): void {
    for (const name of asList(schema['required'])) {
      if (!Object.hasOwn(value, String(name))) this.add([...path, String(name)], 'is required');
    }
  }

  private checkObject(schema: Schema, value: Schema, path: Path): void {
    const properties = isRecord(schema['properties']) ? schema['properties'] : {};
    // A name that is not in `properties` may match a pattern in `patternProperties`, which is not checked.
    const hasPatterns = schema['patternProperties'] !== undefined;
    if (hasPatterns) this.shared.unchecked++;
    const others = hasPatterns ? undefined : schema['additionalProperties'];
    for (const [name, member] of Object.entries(value)) {
      this.at(Object.hasOwn(properties, name) ? properties[name] : others, member, [...path, name], 0);
    }
  }

  private checkBound(limit: unknown, fits: (limit: number) => boolean, path: Path, rule: string): void {
    if (typeof limit === 'number' && !fits(limit)) this.add(path, `${rule} ${limit}`);
  }

  /** Resolves `#` or a JSON pointer into the schema. Returns `undefined` for any other reference. */
  private resolveReference(reference: string): unknown {
    if (!reference.startsWith('#')) return undefined;
    const steps = reference.slice(1).split('/').slice(1);
    const names = steps.map((step) => decodeStep(step).replaceAll('~1', '/').replaceAll('~0', '~'));
    return names.reduce<unknown>(
      (node, name) => (isContainer(node) && Object.hasOwn(node, name) ? node[name] : undefined),
      this.shared.root,
    );
  }

  private add(path: Path, message: string): void {
    this.issues.push({ path, message });
  }
}

/** Decodes one step of a JSON pointer. The step may or may not be URI-encoded. */
function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

const isEqual = (a: unknown, b: unknown): boolean =>
  a === b || (isContainer(a) && isContainer(b) && canonical(a) === canonical(b));

/** Returns the same string for equal values, regardless of the order of their members. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );

const isContainer = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
