import type { JsonObject, ModelTool, Warning } from '@majordomo/core';
import { PLAIN_SCHEMA, sanitizeSchema, TYPED_SCHEMA, type SchemaDialect } from '@majordomo/core/provider';

/** What a server makes of JSON Schema: all of it, or a dialect. */
export type ToolSchemas = 'whole' | 'plain' | 'typed';

const DIALECTS: Readonly<Record<Exclude<ToolSchemas, 'whole'>, SchemaDialect>> = {
  plain: PLAIN_SCHEMA,
  typed: TYPED_SCHEMA,
};

interface Converted {
  /** The tools when they were converted: a list that grew since is converted anew. */
  readonly source: readonly ModelTool[];
  readonly tools: readonly ModelTool[];
  readonly warnings: readonly Warning[];
}

/** Conversions by the identity of the list: callers send the same tools again and again. */
const known: Readonly<Record<keyof typeof DIALECTS, WeakMap<readonly ModelTool[], Converted>>> = {
  plain: new WeakMap(),
  typed: new WeakMap(),
};

/** The tools with schemas that the server takes; what a schema lost is told. The same list gives the same array. */
export function inDialect(
  tools: readonly ModelTool[],
  kind: ToolSchemas,
  warnings: Warning[],
): readonly ModelTool[] {
  if (kind === 'whole') return tools;
  let found = known[kind].get(tools);
  if (found?.source.length !== tools.length || !tools.every((tool, i) => tool === found?.source[i])) {
    found = convert(tools, DIALECTS[kind]);
    known[kind].set(tools, found);
  }
  warnings.push(...found.warnings);
  return found.tools;
}

function convert(source: readonly ModelTool[], dialect: SchemaDialect): Converted {
  const warnings: Warning[] = [];
  const tools = source.map((tool) => {
    const { schema, lost } = sanitizeSchema(tool.parameters, dialect);
    if (lost.length > 0) {
      const what = `${lost.join(', ')} in the schema of ${tool.name}`;
      warnings.push({ action: 'dropped', what, why: 'the server does not take it' });
    }
    return { ...tool, parameters: schema };
  });
  return { source: [...source], tools, warnings };
}

/** A request whose schemas hold nothing of a dialect's drops. */
export function withSchemas<T extends { readonly parameters: JsonObject }>(
  tools: readonly T[],
  dialect: SchemaDialect,
): readonly T[] {
  return tools.map((tool) => ({ ...tool, parameters: sanitizeSchema(tool.parameters, dialect).schema }));
}
