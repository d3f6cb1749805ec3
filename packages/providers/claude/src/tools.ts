import type { JsonObject, ModelTool, Warning } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { objectRoot, type ObjectRoot } from '@majordomo/wire-kit';
import { toOutputSchema } from './output-schema.ts';
import type { ClaudeQuirks } from './quirks.ts';
import { allSchemas } from './unsupported-schema.ts';

/** Tool in a format that Anthropic's API and Bedrock share. */
export interface ClaudeTool {
  readonly name: string;
  /** Description; `undefined` if it is blank, because the APIs reject blank descriptions. */
  readonly description: string | undefined;
  readonly schema: ObjectRoot;
  /** Whether the vendor enforces the schema of the arguments. */
  readonly strict: boolean;
  /** Further members of the definition. */
  readonly extra: ModelTool['extra'];
}

type Counts = Readonly<Record<'tools' | 'optional' | 'unions', number>>;

/** Limits of one request, including its output schema (structured outputs, platform.claude.com, 2026-11). */
const LIMITS: readonly (readonly [keyof Counts, max: number, what: string])[] = [
  ['tools', 20, 'strict tools'],
  ['optional', 24, 'optional properties in strict schemas'],
  ['unions', 16, 'unions in strict schemas'],
];

/**
 * Converts tools to Claude's format. By default, tools are strict if the model supports strict tools. If the schema of a strict
 * tool is not supported or would exceed a limit of the vendor, the original schema is sent without `strict`, with a warning.
 */
export function toTools(
  tools: readonly ModelTool[],
  { strictTools }: Pick<ClaudeQuirks, 'strictTools'>,
  output: JsonObject | undefined,
  warnings: Warning[],
): readonly ClaudeTool[] {
  // The output schema counts towards the limits, but is not a tool.
  let used: Counts =
    output === undefined ? { tools: 0, optional: 0, unions: 0 } : { ...countsOf(output), tools: 0 };
  return tools.map(({ name, description: text, parameters, strict = strictTools, extra }) => {
    const description = text.trim() === '' ? undefined : text;
    const original = objectRoot(parameters);
    if (!strict) return { name, description, schema: original, strict: false, extra };
    const { schema, unsupported } = toOutputSchema(original);
    const sum = addCounts(used, countsOf(schema));
    const reason =
      unsupported === undefined ? exceededLimit(sum) : `the vendor cannot enforce ${unsupported}`;
    if (reason !== undefined) {
      warnings.push({ action: 'dropped', what: `strict for the schema of ${name}`, why: reason });
      return { name, description, schema: original, strict: false, extra };
    }
    used = sum;
    return { name, description, schema: objectRoot(schema), strict: true, extra };
  });
}

function countsOf(root: JsonObject): Counts {
  let optional = 0;
  let unions = 0;
  for (const { properties, required, anyOf, type } of allSchemas(root)) {
    if (anyOf !== undefined || Array.isArray(type)) unions++;
    optional += Object.keys(asRecord(properties)).length - asList(required).length;
  }
  return { tools: 1, optional, unions };
}

const addCounts = (a: Counts, b: Counts): Counts => ({
  tools: a.tools + b.tools,
  optional: a.optional + b.optional,
  unions: a.unions + b.unions,
});

function exceededLimit(sum: Counts): string | undefined {
  const exceeded = LIMITS.find(([name, max]) => sum[name] > max);
  return exceeded && `a request may have at most ${exceeded[1]} ${exceeded[2]}`;
}
