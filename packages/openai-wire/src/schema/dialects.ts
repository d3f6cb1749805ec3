import type { JsonObject, ModelTool, Warning } from '@majordomo/core';
import { PLAIN_DIALECT, sanitizeSchema, TYPED_DIALECT, type SchemaDialect } from '@majordomo/wire-kit';
import { rooted } from './root.ts';

/** What a server makes of JSON Schema below the root: all of it, or a dialect. */
export type ToolSchemas = 'complete' | 'plain' | 'typed';

const DIALECTS: Readonly<Record<Exclude<ToolSchemas, 'complete'>, SchemaDialect>> = {
  plain: PLAIN_DIALECT,
  typed: TYPED_DIALECT,
};

interface Converted {
  /** The tools when they were converted: a list that grew since is converted again. */
  readonly source: readonly ModelTool[];
  readonly tools: readonly ModelTool[];
  readonly warnings: readonly Warning[];
}

/** Conversions by the identity of the list: callers send the same tools again and again. */
const known: Readonly<Record<ToolSchemas, WeakMap<readonly ModelTool[], Converted>>> = {
  complete: new WeakMap(),
  plain: new WeakMap(),
  typed: new WeakMap(),
};

/** The tools with schemas that the server takes; what a schema lost is told. The same list gives the same array. */
export function inDialect(
  tools: readonly ModelTool[],
  kind: ToolSchemas,
  warnings: Warning[],
): readonly ModelTool[] {
  let found = known[kind].get(tools);
  if (found?.source.length !== tools.length || !tools.every((tool, i) => tool === found?.source[i])) {
    found = convert(tools, kind);
    known[kind].set(tools, found);
  }
  warnings.push(...found.warnings);
  return found.tools;
}

function convert(tools: readonly ModelTool[], kind: ToolSchemas): Converted {
  const warnings: Warning[] = [];
  const source = [...tools];
  const converted = source.map((tool) => {
    const { parameters, name } = tool;
    const root = rooted(parameters);
    const { schema, dropped } =
      kind === 'complete'
        ? { schema: root.schema, dropped: [] }
        : sanitizeSchema(root.schema, DIALECTS[kind]);
    warnOf([...root.lost, ...dropped], name, warnings);
    return schema === parameters ? tool : { ...tool, parameters: schema };
  });
  // Sent as they are, tools keep their identity: so does their JSON.
  const isSame = converted.every((tool, at) => tool === source[at]);
  return { source, tools: isSame ? tools : converted, warnings };
}

function warnOf(dropped: readonly string[], tool: string, warnings: Warning[]): void {
  if (dropped.length === 0) return;
  const what = `${dropped.join(', ')} in the schema of ${tool}`;
  warnings.push({ action: 'dropped', what, why: 'the server does not take it' });
}

/** A request whose schemas hold nothing of a dialect's drops. */
export function withSchemas<T extends { readonly parameters: JsonObject }>(
  tools: readonly T[],
  dialect: SchemaDialect,
): readonly T[] {
  return tools.map((tool) => ({ ...tool, parameters: sanitizeSchema(tool.parameters, dialect).schema }));
}
