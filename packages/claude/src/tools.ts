import type { JsonObject, ModelTool, Warning } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { objectRoot, type ObjectRoot } from '@majordomo/wire-kit';
import { outputSchema } from './output-schema.ts';
import type { ClaudeQuirks } from './quirks.ts';
import { eachSchema } from './unsupported-schema.ts';

/** A tool as both platforms take it. */
export interface ClaudeTool {
  readonly name: string;
  /** `undefined`: blank, which the wires refuse. */
  readonly description: string | undefined;
  readonly schema: ObjectRoot;
  /** The vendor holds the arguments to the schema. */
  readonly strict: boolean;
}

/** Of one request, the schema of its answer included (structured outputs, platform.claude.com, 2026-11). */
const MOST = { tools: 20, optional: 24, unions: 16 };

type Weight = typeof MOST;

/**
 * The tools of a request, strict where the model knows that and a grammar can be made of the schema: closed, and with what
 * no grammar says told in descriptions. What is beyond the vendor's limits goes out as it is, with a warning.
 *
 * @param output the schema that the answer is held to natively, which weighs too
 */
export function toTools(
  tools: readonly ModelTool[],
  { strictTools }: Pick<ClaudeQuirks, 'strictTools'>,
  output: JsonObject | undefined,
  warnings: Warning[],
): readonly ClaudeTool[] {
  let used: Weight =
    output === undefined ? { tools: 0, optional: 0, unions: 0 } : { ...weightOf(output), tools: 0 };
  return tools.map(({ name, description: said, parameters, strict = strictTools }) => {
    const description = said.trim() === '' ? undefined : said;
    const plain = objectRoot(parameters);
    if (!strict) return { name, description, schema: plain, strict: false };
    const { schema, refusal } = outputSchema(plain);
    const sum = added(used, weightOf(schema));
    const why = refusal === undefined ? limitPassed(sum) : `no grammar can be made of ${refusal}`;
    if (why !== undefined) {
      warnings.push({ action: 'dropped', what: `strict for the schema of ${name}`, why });
      return { name, description, schema: plain, strict: false };
    }
    used = sum;
    return { name, description, schema: objectRoot(schema), strict: true };
  });
}

const weights = new WeakMap<JsonObject, Weight>();

function weightOf(schema: JsonObject): Weight {
  let weight = weights.get(schema);
  if (weight === undefined) weights.set(schema, (weight = weighed(schema)));
  return weight;
}

function weighed(root: JsonObject): Weight {
  let optional = 0;
  let unions = 0;
  eachSchema(root, ({ properties, required, anyOf, type }) => {
    if (anyOf !== undefined || Array.isArray(type)) unions++;
    optional += Object.keys(asRecord(properties)).length - asList(required).length;
  });
  return { tools: 1, optional, unions };
}

const added = (a: Weight, b: Weight): Weight => ({
  tools: a.tools + b.tools,
  optional: a.optional + b.optional,
  unions: a.unions + b.unions,
});

const LIMITS: Readonly<Record<keyof Weight, string>> = {
  tools: 'strict tools',
  optional: 'optional properties in strict schemas',
  unions: 'unions in strict schemas',
};

function limitPassed(sum: Weight): string | undefined {
  const names: readonly (keyof Weight)[] = ['tools', 'optional', 'unions'];
  const passed = names.find((name) => sum[name] > MOST[name]);
  return passed && `a request may have ${MOST[passed]} ${LIMITS[passed]}`;
}
