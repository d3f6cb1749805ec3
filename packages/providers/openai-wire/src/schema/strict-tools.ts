import type { JsonObject, ModelRequest, ModelTool, Warning } from '@majordomo/core';
import type { WireQuirks } from '../quirks.ts';
import { toDialect, type DialectTool } from './dialects.ts';
import { memoizeList } from './memoize-list.ts';
import { NO_PROPERTIES, toStrict } from './strict.ts';

/** Caller's schemas for which null in the response means an absent property. */
export interface OriginalSchemas {
  /** Parameters by tool name. */
  readonly tools: ReadonlyMap<string, JsonObject>;
  readonly output: JsonObject | undefined;
}

interface PreparedTools {
  readonly tools: readonly ModelTool[];
  readonly originals: OriginalSchemas['tools'];
}

/** Rewrites schemas into OpenAI's strict subset. A schema that the subset cannot express stays unchanged, with a warning. */
const toStrictTools = memoizeList((tools: readonly DialectTool[]) => {
  const originals = new Map<string, JsonObject>();
  const warnings: Warning[] = [];
  const strict = tools.map((tool): ModelTool => {
    if (tool.strict === false) return tool;
    const result = tool.listsNoProperties === true ? NO_PROPERTIES : toStrict(tool.parameters);
    if ('why' in result) {
      warnings.push(notStrict(`the schema of ${tool.name}`, result.why));
      return tool;
    }
    if (result.hasNulls) originals.set(tool.name, tool.parameters);
    return { ...tool, parameters: result.schema, strict: true };
  });
  return { tools: strict, originals, warnings };
});

/**
 * Returns the tools with schemas that the server accepts. In strict mode, each schema that the subset can express is strict.
 * Returns the same array for an unchanged list, because later conversions are cached by the identity of the list.
 */
export function prepareTools(
  { tools }: ModelRequest,
  { toolSchemas, strictTools }: Pick<WireQuirks, 'toolSchemas' | 'strictTools'>,
  warnings: Warning[],
): PreparedTools {
  if (tools.length === 0) return { tools, originals: NO_ORIGINALS };
  const inDialect = toDialect(tools, toolSchemas, warnings);
  if (!strictTools) return { tools: inDialect, originals: NO_ORIGINALS };
  const strict = toStrictTools(inDialect);
  warnings.push(...strict.warnings);
  return strict;
}

const NO_ORIGINALS: OriginalSchemas['tools'] = new Map();

/** Returns the schemas for removing nulls; `undefined` if no rewritten schema uses null for absent properties. */
export const originalSchemas = (
  tools: OriginalSchemas['tools'],
  output: JsonObject | undefined,
): OriginalSchemas | undefined => (tools.size === 0 && output === undefined ? undefined : { tools, output });

/** Returns the schema of a response, strict if possible. `mayRewrite`: whether to rewrite a schema that is not strict. */
export function strictOutput(
  schema: JsonObject,
  mayRewrite: boolean,
  warnings: Warning[],
): { readonly schema: JsonObject; readonly strict: boolean; readonly original?: JsonObject } {
  const result = toStrict(schema);
  if ('why' in result) {
    if (mayRewrite) warnings.push(notStrict('the schema of the response', result.why));
    return { schema, strict: false };
  }
  if (result.isUnchanged || !mayRewrite) return { schema, strict: result.isUnchanged };
  return { schema: result.schema, strict: true, ...(result.hasNulls ? { original: schema } : undefined) };
}

const notStrict = (what: string, why: string): Warning => ({
  action: 'dropped',
  what: `strict for ${what}`,
  why,
});
