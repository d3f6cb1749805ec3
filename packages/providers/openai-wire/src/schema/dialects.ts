import type { JsonObject, ModelTool, Warning } from '@majordomo/core';
import type { WireQuirks } from '../quirks.ts';
import { memoizeList } from './memoize-list.ts';
import { toObjectRoot } from './root.ts';
import { PLAIN_DIALECT, sanitizeSchema, TYPED_DIALECT, type SchemaDialect } from './sanitize-schema.ts';

/** Tool with a schema that the server accepts. */
export interface DialectTool extends ModelTool {
  /** Whether the original schema listed no properties, so that strict mode cannot express it. */
  readonly listsNoProperties?: boolean;
}

interface ToolsInDialect {
  readonly tools: readonly DialectTool[];
  readonly warnings: readonly Warning[];
}

const converter = (dialect: SchemaDialect | undefined): ((tools: readonly ModelTool[]) => ToolsInDialect) =>
  memoizeList((tools) => convert(tools, dialect));

const CONVERTERS: Readonly<
  Record<WireQuirks['toolSchemas'], (tools: readonly ModelTool[]) => ToolsInDialect>
> = {
  complete: converter(undefined),
  plain: converter(PLAIN_DIALECT),
  typed: converter(TYPED_DIALECT),
};

/** Returns the tools with schemas that the server accepts. Writes warnings about dropped keywords. */
export function toDialect(
  tools: readonly ModelTool[],
  dialect: WireQuirks['toolSchemas'],
  warnings: Warning[],
): readonly DialectTool[] {
  const converted = CONVERTERS[dialect](tools);
  warnings.push(...converted.warnings);
  return converted.tools;
}

function convert(source: readonly ModelTool[], dialect: SchemaDialect | undefined): ToolsInDialect {
  const warnings: Warning[] = [];
  const tools = source.map((tool): DialectTool => {
    const root = toObjectRoot(tool.parameters);
    const sanitized = dialect && sanitizeSchema(root.schema, dialect);
    const dropped = [...root.dropped, ...(sanitized?.dropped ?? [])];
    if (dropped.length > 0)
      warnings.push({
        action: 'dropped',
        what: `${dropped.join(', ')} in the schema of ${tool.name}`,
        why: 'the server does not accept it',
      });
    const { schema } = sanitized ?? root;
    // `toObjectRoot` returns a valid schema itself, and not a copy.
    if (schema === tool.parameters) return tool;
    const { listsNoProperties = false } = root;
    return { ...tool, parameters: schema, listsNoProperties };
  });
  return { tools, warnings };
}

/** Returns the tools with converted schemas. */
export function withSchemas<T extends { readonly parameters: JsonObject }>(
  tools: readonly T[],
  dialect: SchemaDialect,
): readonly T[] {
  return tools.map((tool) => ({ ...tool, parameters: sanitizeSchema(tool.parameters, dialect).schema }));
}
