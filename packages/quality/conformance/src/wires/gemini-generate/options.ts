import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { duplicateIn, type Members, objectsIn } from '../members.ts';
import { eachSchema } from '../schemas.ts';
import { isString, type Report, shown } from '../shape.ts';
import { type Content, unsignedCall } from './conversation.ts';

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: Members, contents: readonly Content[], report: Report): void {
  const declared = declarationsOf(body);
  const names = declared.map(({ name }) => name);
  const twice = duplicateIn(names);
  if (twice !== undefined)
    report('tool-duplicate', 'tools', `Duplicate function declaration found: ${JSON.stringify(twice)}`);
  for (const declaration of declared) checkDeclaration(declaration, report);
  checkChoice(body['toolConfig'], names, report);
  checkGeneration(asRecord(body['generationConfig']), contents, report);
}

export const declarationsOf = ({ tools }: Members): readonly Members[] =>
  objectsIn(tools).flatMap(({ functionDeclarations }) => objectsIn(functionDeclarations));

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
  const { mode, allowedFunctionNames: allowed } = asRecord(asRecord(config)['functionCallingConfig']);
  if (allowed === undefined) return;
  const path = 'toolConfig.functionCallingConfig.allowedFunctionNames';
  if (mode !== 'ANY' && mode !== 'VALIDATED') report('tool-choice', path, 'allowed names require mode ANY');
  const unknown = asList(allowed).filter((name) => !names.includes(name));
  if (unknown.length > 0) report('tool-choice', path, `${unknown.map(shown).join(', ')}: not declared`);
}

function checkGeneration(config: Members, contents: readonly Content[], report: Report): void {
  const { responseSchema, responseJsonSchema, responseMimeType, thinkingConfig } = config;
  if (responseSchema !== undefined && responseJsonSchema !== undefined) {
    const message = 'responseSchema and responseJsonSchema are mutually exclusive';
    report('schema-field', 'generationConfig', message);
  }
  checkSubset(responseSchema, 'generationConfig.responseSchema', report);
  const hasSchema = responseSchema !== undefined || responseJsonSchema !== undefined;
  if (hasSchema && responseMimeType !== 'application/json') {
    report('output-type', 'generationConfig.responseMimeType', 'a schema needs application/json');
  }
  const { thinkingLevel, thinkingBudget } = asRecord(thinkingConfig);
  if (thinkingLevel !== undefined && thinkingBudget !== undefined) {
    const message = 'You can only set one of thinking_budget and thinking_level.';
    report('thinking', 'generationConfig.thinkingConfig', message);
  }
  // The body does not contain the model. A thinking level shows that the model is Gemini 3 or later, which requires signatures.
  const bare = isString(thinkingLevel) ? unsignedCall(contents) : undefined;
  if (bare !== undefined) report('signature-missing', bare, 'Function call is missing a thought_signature');
}
