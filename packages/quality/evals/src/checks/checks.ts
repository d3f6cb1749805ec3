import {
  checkValue,
  describeIssues,
  type JsonObject,
  type ObjectSchema,
  type ToolCallPart,
} from '@majordomo/core';
import { formatUsd } from '@majordomo/catalog';
import { atLeast, checkOptions, toJsonSchema, tryParseJson, type KindsOf } from '@majordomo/core/toolkit';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { canonicalJson, digest } from '../util/json.ts';
import { nanoUsdOf } from '../definition/options.ts';
import type { Case, Check, CheckResult, OfCase, Output, RecordedOutput } from '../definition/types.ts';

/** Check with a version. */
type Versioned = Check<unknown, unknown> & { readonly version: string };

/** Returns a check with a version, which is a digest of its kind and options. All functions in the options count as equal. */
export function versioned(
  kind: string,
  options: readonly unknown[],
  run: Check<unknown, unknown>,
): Versioned {
  const plain = options.map((option) =>
    typeof option === 'function' ? 'function' : option instanceof RegExp ? String(option) : option,
  );
  return Object.assign(run, { version: digest([kind, ...plain], 12) });
}

const failedIf = (isFailed: boolean, reason: string): CheckResult =>
  isFailed ? { score: 0, reason } : { score: 1 };

const valueFor = <T>(value: OfCase<T>, one: Case<unknown>): T =>
  typeof value === 'function' ? (value as (of: Case<unknown>) => T)(one) : value;

/** Returns the given value, or the case's `expected`. Throws if neither exists, for which `score` counts 0. */
function wantedOf<T>(value: OfCase<T> | undefined, { case: one, expected }: Output): T {
  const wanted = value === undefined ? expected : valueFor(value, one);
  if (wanted === undefined) throw new Error('the case has no `expected`; add it, or pass it to the check');
  return wanted as T;
}

/**
 * Checks that the text equals an expected string, without the spaces around both, or that the value deeply equals any other expected
 * value, with its members in any order. If neither argument nor case has `expected`, the output scores 0.
 *
 * @default the case's `expected`
 */
export function exact(expected?: OfCase<unknown>): Check<unknown, unknown> {
  return versioned('exact', [expected], (output) => {
    const wanted = wantedOf(expected, output);
    const isEqual =
      typeof wanted === 'string'
        ? output.text.trim() === wanted.trim()
        : output.value !== undefined && canonicalJson(output.value) === canonicalJson(wanted);
    return failedIf(!isEqual, `expected ${shown(wanted)}`);
  });
}

const MAX_SHOWN = 200;
const shown = (value: unknown): string => {
  const text = canonicalJson(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
};

/**
 * Checks that the text contains each of these strings. If neither argument nor case has `expected`, the output scores 0.
 *
 * @default the case's `expected`, a string or an array of strings
 */
export function contains(
  expected?: OfCase<string | readonly string[]>,
  options: { readonly ignoreCase?: boolean | undefined } = {},
): Check<unknown, unknown> {
  return versioned('contains', [expected, options], (output) => {
    const fold = (text: string): string => (options.ignoreCase === true ? text.toLowerCase() : text);
    const text = fold(output.text);
    const missing = [wantedOf(expected, output)].flat().filter((part) => !text.includes(fold(part)));
    return failedIf(missing.length > 0, `does not contain ${missing.map(shown).join(', ')}`);
  });
}

/** Checks that the text matches the regular expression. */
export function matches(pattern: RegExp): Check<unknown, unknown> {
  // Unlike `test`, `search` ignores the `lastIndex` of a global expression.
  return versioned('matches', [pattern], ({ text }) =>
    failedIf(text.search(pattern) === -1, `does not match ${String(pattern)}`),
  );
}

/** Checks that the value matches a schema of a schema library or a JSON Schema. Without a value, parses the text as JSON. */
export function matchesSchema(schema: ObjectSchema<unknown> | JsonObject): Check<unknown, unknown> {
  return versioned('matchesSchema', [toJsonSchema(schema, 'schema')], async ({ value, text }) => {
    const json = value === undefined ? tryParseJson(text) : value;
    if (json === undefined) return { score: 0, reason: 'the text is not JSON' };
    const checked = await checkValue(schema, json);
    return 'issues' in checked ? { score: 0, reason: describeIssues(checked.issues) } : { score: 1 };
  });
}

/** Rule for the calls of one tool. */
export interface ToolCallRule {
  /** Members that the arguments must contain. */ readonly args?: OfCase<JsonObject> | undefined;
  /** Tool before whose first call the matching calls must come. This tool need not be called at all. */
  readonly before?: string | undefined;
  /** Tool after whose first call the matching calls must come. This tool must be called. */
  readonly after?: string | undefined;
  /** Exact number of matching calls. `@default at least one` */
  readonly times?: number | undefined;
}

/** Checks that the tool was called as the rule specifies. */
export function calledTool(name: string, rule: ToolCallRule = {}): Check<unknown, unknown> {
  checkOptions('calledTool', rule, RULE_KINDS);
  const { args, before, after, times } = rule;
  const options = [name, typeof args === 'function' ? 'function' : args, before, after, times];
  return versioned('calledTool', options, (output) => {
    const { toolCalls } = output;
    const wanted = args === undefined ? {} : valueFor(args, output.case);
    const first = (tool: string | undefined): number => toolCalls.findIndex((call) => call.name === tool);
    // `first` returns -1 for a tool without a call. It also does so without `after`, so that every call is after it.
    const end = first(before) === -1 ? Infinity : first(before);
    if (after !== undefined && first(after) === -1) return { score: 0, reason: `${after} was not called` };
    const isMatch = (call: ToolCallPart, at: number): boolean =>
      call.name === name && at > first(after) && at < end && includes(call.args, wanted);
    const count = toolCalls.filter(isMatch).length;
    const isFailed = times === undefined ? count === 0 : count !== times;
    return failedIf(isFailed, `matching calls of ${name}: ${count}; called tools: ${toolNames(output)}`);
  });
}

const RULE_KINDS: KindsOf<ToolCallRule> = {
  args: 'object or function',
  before: 'string',
  after: 'string',
  times: atLeast(0),
};

const toolNames = ({ toolCalls }: Output): string => toolCalls.map(({ name }) => name).join(', ') || 'none';

/** Whether a value contains the members of `wanted`, at any depth. Arrays must have the same length. */
function includes(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(wanted))
    return false;
  if (Array.isArray(wanted) && wanted.length !== (value as readonly unknown[]).length) return false;
  return Object.entries(wanted).every(([key, member]) => includes(Reflect.get(value, key), member));
}

/**
 * Checks that tools were called in this order. By default, additional calls are allowed. `exactly` forbids them. If neither
 * `names` nor the case's `expected` exists, the output scores 0.
 *
 * @default the names of the case's `expected.toolCalls`
 */
export function calledTools(
  names?: OfCase<readonly string[]>,
  options: { readonly exactly?: boolean | undefined } = {},
): Check<unknown, unknown> {
  return versioned('calledTools', [names, options], (output) => {
    const wanted =
      names === undefined
        ? wantedOf<RecordedOutput>(undefined, output).toolCalls.map(({ name }) => name)
        : valueFor(names, output.case);
    const called = output.toolCalls.map(({ name }) => name);
    let found = 0;
    for (const name of called) if (name === wanted[found]) found++;
    const isRight = found === wanted.length && (options.exactly !== true || called.length === wanted.length);
    return failedIf(!isRight, `expected ${wanted.join(', ') || 'none'}; called tools: ${toolNames(output)}`);
  });
}

/** Checks that none of these tools was called. Without names, checks that no tool was called. */
export function calledNoTool(...names: readonly string[]): Check<unknown, unknown> {
  return versioned('calledNoTool', names, ({ toolCalls }) => {
    const called = toolCalls.map(({ name }) => name);
    const found = called.filter((name) => names.length === 0 || names.includes(name));
    return failedIf(found.length > 0, `called ${found.join(', ')}`);
  });
}

/**
 * Checks that every target that responded matches one of the patterns: `provider/model`, or the start of targets before a `*`, such as
 * `provider/*`. An output without a response of a model scores 0.
 */
export function answeredBy(...patterns: readonly string[]): Check<unknown, unknown> {
  const matchesAny = (target: string): boolean =>
    patterns.some((pattern) =>
      pattern.endsWith('*') ? target.startsWith(pattern.slice(0, -1)) : target === pattern,
    );
  return versioned('answeredBy', patterns, ({ targets }) => {
    if (targets.length === 0) return failedIf(true, 'no model answered');
    const others = targets.filter((target) => !matchesAny(target));
    return failedIf(others.length > 0, `${others.join(', ')} answered`);
  });
}

/**
 * Checks that the cost is known and at most this many dollars, such as `'0.02'`. An unknown cost scores 0, and the reason lists
 * the missing facts. A cost that a subscription includes scores 1.
 */
export function maxUsd(usd: string): Check<unknown, unknown> {
  const limit = nanoUsdOf('maxUsd', 'usd', usd);
  return versioned('maxUsd', [usd], ({ cost: { nanoUsd, basis, missing } }) => {
    if (basis === 'included') return { score: 1 };
    if (nanoUsd === undefined) return { score: 0, reason: `the cost is unknown: ${missing.join(', ')}` };
    return failedIf(nanoUsd > limit, `cost ${formatUsd(nanoUsd)}`);
  });
}

/** Checks that the duration is at most this many milliseconds. */
export function maxMs(ms: number): Check<unknown, unknown> {
  checkOptions('maxMs', { ms }, { ms: atLeast(0) }, ['ms']);
  return versioned('maxMs', [ms], (output) => failedIf(output.ms > ms, `took ${Math.round(output.ms)} ms`));
}

/** Checks that the subject made at most this many model calls. */
export function maxCalls(calls: number): Check<unknown, unknown> {
  checkOptions('maxCalls', { calls }, { calls: atLeast(0) }, ['calls']);
  return versioned('maxCalls', [calls], (output) =>
    failedIf(output.calls > calls, `made ${output.calls} model calls`),
  );
}

/**
 * Checks that the redactor finds nothing in the text, the tool arguments and the value.
 *
 * @default createRedactor()
 */
export function noSecrets(redactor: Redactor = createRedactor()): Check<unknown, unknown> {
  // A redactor consists of functions, whose rules a version cannot contain.
  return versioned('noSecrets', [], ({ text, toolCalls, value }) => {
    const searched = [text, JSON.stringify(toolCalls.map(({ args }) => args)), JSON.stringify(value ?? null)];
    const rules = searched.flatMap((part) => redactor.find(part).map(({ rule }) => rule));
    return failedIf(rules.length > 0, `found ${[...new Set(rules)].join(', ')}`);
  });
}
