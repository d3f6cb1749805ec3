import { isRecord } from '@majordomo/core/toolkit';
import { eachSchema } from '../json-schema.ts';
import { isString, type Report, shown } from '../shape.ts';
import { contentsOf, unsignedCall } from './conversation.ts';

type Members = Readonly<Record<string, unknown>>;

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: unknown, report: Report): void {
  if (!isRecord(body)) return;
  const declared = declarationsOf(body);
  const names = declared.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    report('tool-duplicate', 'tools', `Duplicate function declaration found: ${JSON.stringify(twice)}`);
  for (const declaration of declared) checkDeclaration(declaration, report);
  checkChoice(body['toolConfig'], names, report);
  if (isRecord(body['generationConfig'])) checkGeneration(body, body['generationConfig'], report);
}

export function declarationsOf({ tools }: Members): readonly Members[] {
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  return list.flatMap((tool) => {
    const declared: readonly unknown[] =
      isRecord(tool) && Array.isArray(tool['functionDeclarations']) ? tool['functionDeclarations'] : [];
    return declared.filter(isRecord);
  });
}

function checkDeclaration({ name, parameters, parametersJsonSchema }: Members, report: Report): void {
  const path = `tools.${shown(name)}`;
  if (isRecord(parameters) && parametersJsonSchema !== undefined) {
    report('schema-field', path, 'parameters and parametersJsonSchema are mutually exclusive');
  }
  checkSubset(parameters, `${path}.parameters`, report);
}

/** Keywords of JSON Schema that the older fields for schemas reject. */
const NOT_IN_SUBSET: readonly string[] = [
  'additionalProperties',
  '$schema',
  '$ref',
  '$defs',
  'const',
  'oneOf',
  'allOf',
];

function checkSubset(schema: unknown, path: string, report: Report): void {
  eachSchema(schema, path, (node, at) => {
    const unknown = NOT_IN_SUBSET.filter((key) => node[key] !== undefined);
    if (unknown.length > 0)
      report('schema-field', at, `Unknown name "${unknown.join(', ')}": Cannot find field.`);
    if (Array.isArray(node['enum']) && node['enum'].includes('')) report('enum-empty', at, 'cannot be empty');
  });
}

function checkChoice(config: unknown, names: readonly unknown[], report: Report): void {
  const choice = isRecord(config) ? config['functionCallingConfig'] : undefined;
  if (!isRecord(choice) || !Array.isArray(choice['allowedFunctionNames'])) return;
  const { mode, allowedFunctionNames: allowed } = choice;
  const path = 'toolConfig.functionCallingConfig.allowedFunctionNames';
  if (mode !== 'ANY' && mode !== 'VALIDATED') report('tool-choice', path, 'allowed names require mode ANY');
  const unknown = (allowed as readonly unknown[]).filter((name) => !names.includes(name));
  if (unknown.length > 0) report('tool-choice', path, `${unknown.map(shown).join(', ')}: not declared`);
}

function checkGeneration(body: Members, config: Members, report: Report): void {
  const { responseSchema, responseJsonSchema, responseMimeType, thinkingConfig } = config;
  if (responseSchema !== undefined && responseJsonSchema !== undefined) {
    report(
      'schema-field',
      'generationConfig',
      'responseSchema and responseJsonSchema are mutually exclusive',
    );
  }
  checkSubset(responseSchema, 'generationConfig.responseSchema', report);
  const hasSchema = responseSchema !== undefined || responseJsonSchema !== undefined;
  if (hasSchema && responseMimeType !== 'application/json') {
    report('output-type', 'generationConfig.responseMimeType', 'a schema needs application/json');
  }
  if (!isRecord(thinkingConfig)) return;
  const { thinkingLevel, thinkingBudget } = thinkingConfig;
  if (thinkingLevel !== undefined && thinkingBudget !== undefined) {
    report(
      'thinking',
      'generationConfig.thinkingConfig',
      'You can only set one of thinking_budget and thinking_level.',
    );
  }
  // The body does not contain the model. A thinking level shows that the model is Gemini 3 or later, which requires signatures.
  const bare = isString(thinkingLevel) ? unsignedCall(contentsOf(body)) : undefined;
  if (bare !== undefined) report('signature-missing', bare, 'Function call is missing a thought_signature');
}
