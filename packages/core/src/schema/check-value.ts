import { LlmError, type ErrorIssue } from '../contract/llm-error.ts';
import type { JsonSchema, ObjectSchema, SchemaIssue } from '../contract/schema.ts';
import { pathText } from '../contract/path-text.ts';
import { findIssues } from './json-schema.ts';
import { isSchema } from './to-json-schema.ts';

/** A value that fits, as the schema gives it, or everything that is wrong with it. */
export type Checked<T> = { readonly value: T } | { readonly issues: readonly ErrorIssue[] };

/**
 * Checks a value against a Standard Schema, which may transform it, or against the usual keywords of JSON Schema.
 * Throws `config` when the validator itself throws.
 */
export async function checkValue<T>(
  schema: ObjectSchema<T> | JsonSchema,
  value: unknown,
): Promise<Checked<T>> {
  if (!isSchema<T>(schema)) {
    const issues = findIssues(schema, value);
    return issues.length === 0 ? { value: value as T } : { issues };
  }
  const { validate, vendor } = schema['~standard'];
  try {
    const result = await validate(value);
    return result.issues === undefined ? { value: result.value } : { issues: result.issues.map(plainIssue) };
  } catch (cause) {
    throw new LlmError('config', `the ${vendor} schema threw instead of judging a value`, {}, { cause });
  }
}

const plainIssue = ({ message, path = [] }: SchemaIssue): ErrorIssue => ({
  message,
  path: path.map((key) => (typeof key === 'object' ? key.key : key)),
});

/** `steps[0].minutes: expected a number`, joined by semicolons; at most ten. */
export function describeIssues(issues: readonly ErrorIssue[]): string {
  const shown = issues.slice(0, MOST_SHOWN).map(({ path, message }) => {
    const place = pathText(path);
    return place === '' ? message : `${place}: ${message}`;
  });
  const more = issues.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}

const MOST_SHOWN = 10;
