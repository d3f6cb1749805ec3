import { asList, asNumber, asRecord, isRecord, isTooDeep, MAX_DEPTH } from '../util/values.ts';
import type { ErrorIssue } from '../types/llm-error.ts';
import { resolveReference } from './references.ts';

type Schema = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

/** Maximum number of references and alternatives to follow for one value, because a circular reference would never end. */
const MAX_HOPS = 16;
/** Maximum number of checks of one value against one schema. This number of checks takes about a second. */
const MAX_WORK = 1_000_000;
const TYPES: readonly unknown[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

/**
 * Returns the issues of a value. Checks all keywords of JSON Schema 2020-12, except `format`, `pattern`, `patternProperties`,
 * `unevaluatedItems`, `unevaluatedProperties`, `$dynamicRef`, and a `$ref` to another document. A schema may come from an MCP
 * server, and a regular expression can take exponential time. An unchecked keyword rejects no value. If the result of `not`,
 * `oneOf`, `contains` or `if` depends on one, this result is undecided and rejects no value either.
 */
export function findIssues(schema: object, value: unknown): readonly ErrorIssue[] {
  if (isTooDeep(value)) return [{ path: [], message: `is nested more than ${MAX_DEPTH} levels deep` }];
  const shared = newSharedState(schema as Schema);
  const check = new SchemaCheck(shared, false);
  check.at(schema, value, [], 0);
  if (shared.work <= MAX_WORK) return check.issues;
  return [{ path: [], message: 'takes too long to check' }];
}

/** Whether a value fits a schema. `perhaps`: an unchecked keyword could reject the value. */
type Fit = 'no' | 'perhaps' | 'yes';

/** State that all parts of one check share. */
interface SharedState {
  readonly root: Schema;
  /** Stored results by branch and value. Without them, each enclosing level would check the same branch again. */
  readonly verdicts: Map<unknown, Map<unknown, Fit>>;
  work: number;
  /** Number of undecided keywords. If the number is above 0, a value without issues may still not fit the schema. */
  undecided: number;
  /** Number of checks that were cut off at `MAX_HOPS`. Their results depend on the number of hops and are not stored. */
  cuts: number;
}

const newSharedState = (root: Schema): SharedState => ({
  root,
  verdicts: new Map(),
  work: 0,
  undecided: 0,
  cuts: 0,
});

/** Check of a value and its members against a schema, which collects the issues. */
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

  /**
   * Checks a value at a path against a schema. Inexpensive keywords come first, because they distinguish most branches.
   *
   * @param hops number of references and alternatives that were followed for this value, which begins at 0 for each member
   */
  at(schema: unknown, value: unknown, path: Path, hops: number): void {
    if (this.isOver() || ++this.shared.work > MAX_WORK || schema === true) return;
    if (hops > MAX_HOPS) this.shared.cuts++;
    if (schema === false) this.add(path, 'is not allowed');
    else if (!isRecord(schema) || hops > MAX_HOPS) this.shared.undecided++;
    else if (!this.wasChecked(schema, value)) this.checkKeywords(schema, value, path, hops);
  }

  private checkKeywords(schema: Schema, value: unknown, path: Path, hops: number): void {
    if (!this.checkType(schema['type'], value, path)) return;
    this.checkConstants(schema, value, path);
    if (isRecord(value)) this.checkRequired(schema, value, path);
    if (this.isOver()) return;
    this.noteUnchecked(schema['format'] ?? schema['$dynamicRef'] ?? schema['$recursiveRef']);
    // A reference without a target is undecided, like every schema that is not an object.
    if (schema['$ref'] !== undefined)
      this.at(resolveReference(this.shared.root, schema), value, path, hops + 1);
    this.checkBranches(schema, value, path, hops);
    if (schema['if'] !== undefined) this.checkCondition(schema, value, path, hops);
    if (typeof value === 'number') this.checkNumber(schema, value, path);
    else if (typeof value === 'string') this.checkString(schema, value, path);
    else if (Array.isArray(value)) this.checkArray(schema, value, path);
    else if (isRecord(value)) this.checkObject(schema, value, path, hops);
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

  /** Returns false for a value of the wrong type, whose other keywords are not checked. */
  private checkType(type: unknown, value: unknown, path: Path): boolean {
    const allowed = Array.isArray(type) ? type : type === undefined ? [] : [type];
    const actual = typeName(value);
    if (allowed.length === 0) return true;
    if (allowed.some((name) => name === actual || (name === 'number' && actual === 'integer'))) return true;
    if (allowed.every((name) => TYPES.includes(name))) {
      this.add(path, `expected ${allowed.join(' or ')}, received ${actual}`);
      return false;
    }
    this.shared.undecided++;
    return true;
  }

  private checkConstants(schema: Schema, value: unknown, path: Path): void {
    const { enum: members } = schema;
    if (Array.isArray(members)) this.checkMember(members, value, path);
    if ('const' in schema) this.checkMember([schema['const']], value, path);
  }

  private checkMember(allowed: readonly unknown[], value: unknown, path: Path): void {
    if (allowed.some((member) => isEqual(member, value))) return;
    this.add(path, `must be ${allowed.map((member) => JSON.stringify(member)).join(' or ')}`);
  }

  private checkBranches(schema: Schema, value: unknown, path: Path, hops: number): void {
    const { allOf, anyOf, oneOf, not } = schema;
    if (allOf === undefined && anyOf === undefined && oneOf === undefined && not === undefined) return;
    for (const branch of asList(allOf)) this.at(branch, value, path, hops + 1);
    const fit = (branch: unknown): Fit => this.fit(branch, value, hops + 1);
    const any = asList(anyOf);
    if (any.length > 0) this.judge(fitOfCount(any, fit, 1, Infinity), path, 'fits none of the alternatives');
    const one = asList(oneOf);
    if (one.length > 0)
      this.judge(fitOfCount(one, fit, 1, 1), path, 'must fit exactly one of the alternatives');
    if (not !== undefined) this.judge(fitOfCount([not], fit, 0, 0), path, 'fits the "not" schema');
  }

  private checkCondition(schema: Schema, value: unknown, path: Path, hops: number): void {
    const { if: condition, then: whenYes = true, else: whenNo = true } = schema;
    if (whenYes === true && whenNo === true) return;
    const fit = this.fit(condition, value, hops + 1);
    if (fit === 'perhaps') this.shared.undecided++;
    else this.at(fit === 'yes' ? whenYes : whenNo, value, path, hops + 1);
  }

  private fit(branch: unknown, value: unknown, hops: number): Fit {
    const { verdicts, cuts, undecided } = this.shared;
    const known = verdicts.get(branch)?.get(value);
    if (known !== undefined) return known;
    const check = new SchemaCheck(this.shared, true);
    check.at(branch, value, [], hops);
    const isCertain = undecided === this.shared.undecided;
    const fit = check.issues.length > 0 ? 'no' : isCertain ? 'yes' : 'perhaps';
    // The caller decides whether the result of the branch matters.
    this.shared.undecided = undecided;
    if (cuts === this.shared.cuts)
      verdicts.set(branch, (verdicts.get(branch) ?? new Map<unknown, Fit>()).set(value, fit));
    return fit;
  }

  /** Adds an issue if a rule is violated. */
  private judge(holds: Fit, path: Path, message: string): void {
    if (holds === 'no') this.add(path, message);
    else if (holds === 'perhaps') this.shared.undecided++;
  }

  /** Marks the result as undecided if a keyword that is not checked exists. */
  private noteUnchecked(keyword: unknown): void {
    if (keyword !== undefined) this.shared.undecided++;
  }

  private checkNumber(schema: Schema, value: number, path: Path): void {
    this.checkBound(schema['minimum'], (limit) => value >= limit, path, 'must be at least');
    this.checkBound(schema['maximum'], (limit) => value <= limit, path, 'must be at most');
    this.checkBound(schema['exclusiveMinimum'], (limit) => value > limit, path, 'must be above');
    this.checkBound(schema['exclusiveMaximum'], (limit) => value < limit, path, 'must be below');
    this.checkBound(schema['multipleOf'], (step) => isMultiple(value, step), path, 'must be a multiple of');
  }

  private checkString(schema: Schema, value: string, path: Path): void {
    const length = (): number => Array.from(value).length;
    this.checkBound(schema['minLength'], (limit) => length() >= limit, path, 'length must be at least');
    this.checkBound(schema['maxLength'], (limit) => length() <= limit, path, 'length must be at most');
    this.noteUnchecked(schema['pattern']);
  }

  private checkArray(schema: Schema, value: readonly unknown[], path: Path): void {
    this.checkBound(schema['minItems'], (limit) => value.length >= limit, path, 'length must be at least');
    this.checkBound(schema['maxItems'], (limit) => value.length <= limit, path, 'length must be at most');
    const { items: others = true } = schema;
    const first = asList(schema['prefixItems']);
    value.forEach((item, index) => {
      this.at(index < first.length ? first[index] : others, item, [...path, index], 0);
    });
    if (schema['contains'] !== undefined) this.checkContains(schema, value, path);
    if (schema['uniqueItems'] === true && new Set(value.map(canonical)).size < value.length) {
      this.add(path, 'items must differ');
    }
    this.noteUnchecked(schema['unevaluatedItems']);
  }

  private checkContains(schema: Schema, value: readonly unknown[], path: Path): void {
    const { contains, minContains, maxContains } = schema;
    const min = asNumber(minContains) ?? 1;
    const max = asNumber(maxContains) ?? Infinity;
    const count = max === Infinity ? `at least ${min}` : `${min} to ${max}`;
    const holds = fitOfCount(value, (item) => this.fit(contains, item, 0), min, max);
    this.judge(holds, path, `number of items that fit the "contains" schema must be ${count}`);
  }

  private checkRequired(schema: Schema, value: Schema, path: Path): void {
    for (const name of asList(schema['required'])) {
      if (!Object.hasOwn(value, String(name))) this.add([...path, String(name)], 'is required');
    }
  }

  private checkObject(schema: Schema, value: Schema, path: Path, hops: number): void {
    const properties = asRecord(schema['properties']);
    // A name that is not in `properties` may match a pattern in `patternProperties`, which is not checked.
    const { patternProperties, additionalProperties = true } = schema;
    const others = patternProperties === undefined ? additionalProperties : true;
    const members = Object.entries(value);
    for (const [name, member] of members) {
      this.at(Object.hasOwn(properties, name) ? properties[name] : others, member, [...path, name], 0);
    }
    this.checkSize(schema, members.length, path);
    if (schema['propertyNames'] !== undefined) this.checkNames(schema['propertyNames'], value, path);
    if (schema['dependentRequired'] !== undefined)
      this.checkDependentRequired(schema['dependentRequired'], value, path);
    if (schema['dependentSchemas'] !== undefined)
      this.checkDependentSchemas(schema['dependentSchemas'], value, path, hops);
    this.noteUnchecked(patternProperties ?? schema['unevaluatedProperties'] ?? schema['dependencies']);
  }

  private checkSize({ minProperties, maxProperties }: Schema, size: number, path: Path): void {
    const rule = 'number of properties must be';
    this.checkBound(minProperties, (limit) => size >= limit, path, `${rule} at least`);
    this.checkBound(maxProperties, (limit) => size <= limit, path, `${rule} at most`);
  }

  private checkNames(names: unknown, value: Schema, path: Path): void {
    for (const name of Object.keys(value)) {
      this.judge(this.fit(names, name, 0), [...path, name], 'does not fit the "propertyNames" schema');
    }
  }

  private checkDependentRequired(dependents: unknown, value: Schema, path: Path): void {
    for (const [name, others] of Object.entries(asRecord(dependents))) {
      if (!Object.hasOwn(value, name)) continue;
      const missing = asList(others)
        .map(String)
        .filter((other) => !Object.hasOwn(value, other));
      for (const other of missing) this.add([...path, other], `is required with ${name}`);
    }
  }

  private checkDependentSchemas(dependents: unknown, value: Schema, path: Path, hops: number): void {
    for (const [name, branch] of Object.entries(asRecord(dependents))) {
      if (Object.hasOwn(value, name)) this.at(branch, value, path, hops + 1);
    }
  }

  private checkBound(limit: unknown, fits: (limit: number) => boolean, path: Path, rule: string): void {
    if (typeof limit === 'number') {
      if (!fits(limit)) this.add(path, `${rule} ${limit}`);
    } else if (limit !== undefined) {
      this.shared.undecided++;
    }
  }

  private add(path: Path, message: string): void {
    this.issues.push({ path, message });
  }
}

/** Whether the number of items that fit is from `min` to `max`. An undecided item may count or not. */
function fitOfCount<T>(items: readonly T[], fit: (item: T) => Fit, min: number, max: number): Fit {
  let certain = 0;
  let possible = 0;
  for (const item of items) {
    const result = fit(item);
    if (result === 'yes') certain++;
    if (result !== 'no') possible++;
    if (certain > max) return 'no';
    if (certain >= min && max === Infinity) return 'yes';
  }
  if (possible < min) return 'no';
  return certain >= min && possible <= max ? 'yes' : 'perhaps';
}

/** Whether a number is a multiple of a step. Allows for the rounding of decimals, such as 1.3 with a step of 0.1. */
function isMultiple(value: number, step: number): boolean {
  const quotient = value / step;
  const rounding = Math.max(1e-9, Math.abs(quotient) * 4 * Number.EPSILON);
  return value % step === 0 || Math.abs(quotient - Math.round(quotient)) < rounding;
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
