import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { inShared } from '@majordomo/test-support';
import type { CaseResult, Suite } from '../suite.ts';
import { recordedMessages } from './messages.ts';

/** Attributes by the file of their schema, which is in docs/gen-ai of the repository. */
const SCHEMAS: Readonly<Record<string, string>> = {
  'gen-ai-input-messages.json': 'gen_ai.input.messages',
  'gen-ai-output-messages.json': 'gen_ai.output.messages',
  'gen-ai-system-instructions.json': 'gen_ai.system_instructions',
  'gen-ai-tool-definitions.json': 'gen_ai.tool.definitions',
};

/** Messages in the attributes of spans, checked by the JSON schemas of the conventions. */
export const otel: Suite = {
  name: 'otel',
  standard: 'OpenTelemetry GenAI 0.1, messages',
  version: 'schemas of semantic-conventions-genai v0.1.0',
  async run() {
    const folder = join(process.env['STANDARDS_CACHE'] ?? inShared('suites'), 'semantic-conventions-genai');
    const files = schemasIn(folder);
    if (files.length === 0)
      return 'STANDARDS_CACHE has no folder semantic-conventions-genai with the schemas; add a checkout of the repository';
    const messages = await recordedMessages();
    return files.flatMap((file) => resultsOf(file, messages));
  },
};

function schemasIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => basename(file) in SCHEMAS)
    .map((file) => join(folder, file))
    .toSorted();
}

/** Checks each recorded value of the attribute to which a schema belongs. */
function resultsOf(
  file: string,
  messages: Readonly<Record<string, readonly unknown[]>>,
): readonly CaseResult[] {
  const attribute = SCHEMAS[basename(file)] ?? '';
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  const values = messages[attribute] ?? [];
  return values.map((value, index): CaseResult => {
    const id = `${attribute}: ${index + 1}`;
    if (validate(value)) return { id, result: 'passed', messages: [] };
    return { id, result: 'failed', messages: [ajv.errorsText(validate.errors)] };
  });
}
