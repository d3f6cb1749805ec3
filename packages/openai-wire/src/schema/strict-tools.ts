import type { JsonObject, ModelRequest, ModelTool, Warning } from '@majordomo/core';
import { inDialect, type ToolSchemas } from './dialects.ts';
import { toStrict } from './strict.ts';

/** A tool whose `strict` says whether its schema is enforced; without a word it is not. */
export type MarkedTool = ModelTool;

/** The caller's schemas of what was rewritten so that absence comes as null: what comes back is read by them. */
export interface Absences {
  /** By the tool's name. */
  readonly tools: ReadonlyMap<string, JsonObject>;
  readonly output: JsonObject | undefined;
}

interface Marked {
  /** The tools when they were rewritten: a list that grew since is rewritten again. */
  readonly source: readonly ModelTool[];
  readonly tools: readonly MarkedTool[];
  readonly absences: Absences['tools'];
  readonly warnings: readonly Warning[];
}

/** By the identity of the list: callers send the same tools again and again. */
const known = new WeakMap<readonly ModelTool[], Marked>();

/** Tools whose schemas are rewritten into the strict subset where that can say them; the others stay, with a warning. */
function inStrict(tools: readonly ModelTool[]): Omit<Marked, 'source'> {
  const before = known.get(tools);
  if (before?.source.length === tools.length && tools.every((tool, at) => tool === before.source[at]))
    return before;
  const absences = new Map<string, JsonObject>();
  const warnings: Warning[] = [];
  const marked = tools.map((tool): MarkedTool => {
    if (tool.strict === false) return tool;
    const strict = toStrict(tool.parameters);
    if ('why' in strict) {
      warnings.push(notStrict(`the schema of ${tool.name}`, strict.why));
      return tool;
    }
    if (strict.nulls) absences.set(tool.name, tool.parameters);
    return { ...tool, parameters: strict.schema, strict: true };
  });
  const found = { source: [...tools], tools: marked, absences, warnings };
  known.set(tools, found);
  return found;
}

/** The tools of a request as they may be sent: in a dialect, and strict where the server knows that. */
export function fittedTools(
  { tools }: ModelRequest,
  { toolSchemas, strictTools }: { readonly toolSchemas: ToolSchemas; readonly strictTools: boolean },
  warnings: Warning[],
): Pick<Marked, 'tools' | 'absences'> {
  if (tools.length === 0) return NO_TOOLS;
  const fitted = inDialect(tools, toolSchemas, warnings);
  if (!strictTools) return { tools: fitted, absences: NO_TOOLS.absences };
  const strict = inStrict(fitted);
  warnings.push(...strict.warnings);
  return strict;
}

const NO_TOOLS: Pick<Marked, 'tools' | 'absences'> = { tools: [], absences: new Map() };

/** What a reader has to know of what was rewritten; `undefined`: nothing. */
export const absencesOf = (tools: Absences['tools'], output: JsonObject | undefined): Absences | undefined =>
  tools.size === 0 && output === undefined ? undefined : { tools, output };

/** The schema of an answer, enforced where that is possible. */
export function strictOutput(
  schema: JsonObject,
  isRewritten: boolean,
  warnings: Warning[],
): { readonly schema: JsonObject; readonly strict: boolean; readonly absence?: JsonObject } {
  const strict = toStrict(schema);
  if ('why' in strict) {
    if (isRewritten) warnings.push(notStrict('the schema of the answer', strict.why));
    return { schema, strict: false };
  }
  if (strict.fits || !isRewritten) return { schema, strict: strict.fits };
  return { schema: strict.schema, strict: true, ...(strict.nulls ? { absence: schema } : undefined) };
}

const notStrict = (what: string, why: string): Warning => ({
  action: 'dropped',
  what: `strict for ${what}`,
  why,
});
