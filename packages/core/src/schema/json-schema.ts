import type { ErrorIssue } from '../contract/llm-error.ts';

type Schema = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

/** References and alternatives on one value; those that only lead to themselves would never end. */
const MOST_HOPS = 16;
/** Levels of a value. */
const MOST_DEPTH = 500;

/**
 * What is wrong with a value by the keywords that model outputs use: type, enum, const, properties, items and their
 * bounds, anyOf, oneOf, allOf, not and `$ref` within the schema. Formats and unknown keywords say nothing.
 */
export function findIssues(schema: object, value: unknown): readonly ErrorIssue[] {
  const issues: ErrorIssue[] = [];
  new Check(schema as Schema, issues).at(schema, value, [], 0);
  return issues;
}

class Check {
  private readonly root: Schema;
  private readonly issues: ErrorIssue[];

  constructor(root: Schema, issues: ErrorIssue[]) {
    this.root = root;
    this.issues = issues;
  }

  at(schema: unknown, value: unknown, path: Path, hops: number): void {
    if (schema === false) this.add(path, 'is not allowed');
    if (!isRecord(schema) || hops > MOST_HOPS) return;
    if (path.length > MOST_DEPTH) {
      this.add([], `is nested more than ${MOST_DEPTH} levels deep`);
      return;
    }
    if (typeof schema['$ref'] === 'string') this.at(this.find(schema['$ref']), value, path, hops + 1);
    if (!this.type(schema['type'], value, path)) return;
    this.constants(schema, value, path);
    this.branches(schema, value, path, hops);
    if (typeof value === 'number') this.number(schema, value, path);
    else if (typeof value === 'string') this.text(schema, value, path);
    else if (Array.isArray(value)) this.list(schema, value, path);
    else if (isRecord(value)) this.object(schema, value, path);
  }

  private type(type: unknown, value: unknown, path: Path): boolean {
    const allowed = Array.isArray(type) ? type : type === undefined ? [] : [type];
    const actual = typeName(value);
    const fits =
      allowed.length === 0 ||
      allowed.some((name) => name === actual || (name === 'number' && actual === 'integer'));
    if (!fits) this.add(path, `expected ${allowed.join(' or ')}, received ${actual}`);
    return fits;
  }

  private constants(schema: Schema, value: unknown, path: Path): void {
    const allowed = Array.isArray(schema['enum'])
      ? schema['enum']
      : 'const' in schema
        ? [schema['const']]
        : undefined;
    if (allowed?.some((member) => same(member, value)) === false) {
      this.add(path, `must be ${allowed.map((member) => JSON.stringify(member)).join(' or ')}`);
    }
  }

  private branches(schema: Schema, value: unknown, path: Path, hops: number): void {
    for (const branch of listOf(schema['allOf'])) this.at(branch, value, path, hops + 1);
    const fits = (branch: unknown): boolean => {
      const issues: ErrorIssue[] = [];
      new Check(this.root, issues).at(branch, value, path, hops + 1);
      return issues.length === 0;
    };
    const any = listOf(schema['anyOf']);
    if (any.length > 0 && !any.some(fits)) this.add(path, 'fits none of the alternatives');
    const one = listOf(schema['oneOf']);
    if (one.length > 0 && one.filter(fits).length !== 1)
      this.add(path, 'must fit exactly one of the alternatives');
    if (schema['not'] !== undefined && fits(schema['not'])) this.add(path, 'is what it must not be');
  }

  private number(schema: Schema, value: number, path: Path): void {
    this.bound(schema['minimum'], (limit) => value >= limit, path, 'must be at least');
    this.bound(schema['maximum'], (limit) => value <= limit, path, 'must be at most');
    this.bound(schema['exclusiveMinimum'], (limit) => value > limit, path, 'must be above');
    this.bound(schema['exclusiveMaximum'], (limit) => value < limit, path, 'must be below');
    const isMultiple = (step: number): boolean => Math.abs(value / step - Math.round(value / step)) < 1e-9;
    this.bound(schema['multipleOf'], isMultiple, path, 'must be a multiple of');
  }

  private text(schema: Schema, value: string, path: Path): void {
    const length = Array.from(value).length;
    this.bound(schema['minLength'], (limit) => length >= limit, path, 'characters: at least');
    this.bound(schema['maxLength'], (limit) => length <= limit, path, 'characters: at most');
    const { pattern } = schema;
    if (typeof pattern === 'string' && matches(pattern, value) === false)
      this.add(path, `must match ${pattern}`);
  }

  private list(schema: Schema, value: readonly unknown[], path: Path): void {
    this.bound(schema['minItems'], (limit) => value.length >= limit, path, 'items: at least');
    this.bound(schema['maxItems'], (limit) => value.length <= limit, path, 'items: at most');
    const first = listOf(schema['prefixItems']);
    value.forEach((item, index) => {
      this.at(index < first.length ? first[index] : schema['items'], item, [...path, index], 0);
    });
    if (schema['uniqueItems'] === true && new Set(value.map(canonical)).size < value.length) {
      this.add(path, 'items must differ');
    }
  }

  private object(schema: Schema, value: Schema, path: Path): void {
    for (const name of listOf(schema['required'])) {
      if (!Object.hasOwn(value, String(name))) this.add([...path, String(name)], 'is required');
    }
    const properties = isRecord(schema['properties']) ? schema['properties'] : {};
    const patterns = isRecord(schema['patternProperties']) ? Object.entries(schema['patternProperties']) : [];
    for (const [name, member] of Object.entries(value)) {
      const place = [...path, name];
      const own = Object.hasOwn(properties, name);
      if (own) this.at(properties[name], member, place, 0);
      const matching = patterns.filter(([pattern]) => matches(pattern, name) === true);
      for (const [, inner] of matching) this.at(inner, member, place, 0);
      if (!own && matching.length === 0) this.at(schema['additionalProperties'], member, place, 0);
    }
  }

  private bound(limit: unknown, fits: (limit: number) => boolean, path: Path, rule: string): void {
    if (typeof limit === 'number' && !fits(limit)) this.add(path, `${rule} ${limit}`);
  }

  /** `#`, or a JSON pointer into the schema; what is elsewhere is not looked up. */
  private find(reference: string): unknown {
    if (!reference.startsWith('#')) return undefined;
    const steps = reference.slice(1).split('/').slice(1);
    const names = steps.map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
    return names.reduce<unknown>(
      (node, name) => (isContainer(node) && Object.hasOwn(node, name) ? node[name] : undefined),
      this.root,
    );
  }

  private add(path: Path, message: string): void {
    this.issues.push({ path, message });
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** `undefined` for a pattern that this engine cannot read. */
function matches(pattern: string, text: string): boolean | undefined {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return undefined;
  }
}

const same = (a: unknown, b: unknown): boolean => a === b || canonical(a) === canonical(b);

/** Equal values give equal texts, whatever the order of their members. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isContainer = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
const isRecord = (value: unknown): value is Schema => isContainer(value) && !Array.isArray(value);
