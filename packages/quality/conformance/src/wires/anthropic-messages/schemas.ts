import { isRecord } from '@majordomo/core/toolkit';
import { checkGrammar, rootUnion } from '../grammar-schema.ts';
import type { Report } from '../shape.ts';

/** Limits from error messages of 2026-07: "maximum number of strict tools … is 20", "limit: 16 parameters with unions". */
const MOST_STRICT_TOOLS = 20;
const MOST_UNIONS = 16;

/** Checks the schemas of tools and of the output. Schemas that the vendor compiles to a grammar have additional limits. */
export function checkSchemas(body: Readonly<Record<string, unknown>>, report: Report): void {
  const tools = (Array.isArray(body['tools']) ? body['tools'] : []).filter(isRecord);
  const grammars: (readonly [schema: unknown, path: string])[] = [];
  tools.forEach(({ input_schema: schema, strict }, index) => {
    const path = `tools[${index}].input_schema`;
    if (isRecord(schema) && schema['type'] !== 'object') {
      report('parameters-schema', path, "the schema must be of type 'object'");
    }
    const union = rootUnion(schema);
    if (union !== undefined) report('parameters-schema', path, union);
    if (strict === true) grammars.push([schema, path]);
  });
  if (grammars.length > MOST_STRICT_TOOLS) {
    report(
      'strict-limits',
      'tools',
      `Too many strict tools (${grammars.length}), at most ${MOST_STRICT_TOOLS}`,
    );
  }
  const { output_config: config, output_format: format } = body;
  const output = isRecord(config) && isRecord(config['format']) ? config['format'] : format;
  if (isRecord(output)) grammars.push([output['schema'], 'output_config.format.schema']);
  checkGrammars(grammars, report);
}

function checkGrammars(
  grammars: readonly (readonly [schema: unknown, path: string])[],
  report: Report,
): void {
  let unions = 0;
  for (const [root, at] of grammars) unions += checkGrammar(root, at, report, 'strict-schema');
  if (unions > MOST_UNIONS) {
    report('strict-limits', '', `too many parameters with union types (${unions}), at most ${MOST_UNIONS}`);
  }
}
