import { asList, asRecord } from '@majordomo/core/toolkit';
import { type Members, objectsIn, stringOf } from '../members.ts';
import { checkParameters, checkStrict } from '../schemas.ts';
import { type Report, shown } from '../shape.ts';

/**
 * Matches models that reject sampling options (OpenAI's guide to reasoning, 2026-11). `gpt-5.1` to `gpt-5.9` and models for chat
 * accept them.
 */
const REASONING_MODEL = /^(?:o\d|gpt-5(?:-|$)|gpt-[6-9]|gpt-daybreak|gpt-rosalind)(?!.*-chat)/;

/** Matches models without encrypted reasoning (recorded by several clients, 2025). */
const MODEL_WITHOUT_REASONING = /^gpt-(?:3\.5|4)/;

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: Members, report: Report): void {
  const model = stringOf(body['model']);
  const isSet = (key: string): boolean => body[key] !== undefined && body[key] !== null;
  const refused = REASONING_MODEL.test(model) ? ['temperature', 'top_p'].filter(isSet) : [];
  for (const key of refused)
    report('unsupported-parameter', key, `Unsupported parameter: '${key}' is not supported with this model.`);
  if (MODEL_WITHOUT_REASONING.test(model) && asList(body['include']).includes('reasoning.encrypted_content'))
    report('unsupported-parameter', 'include', 'Encrypted content is not supported with this model.');
  checkTools(body, report);
  const { type, strict, schema } = asRecord(asRecord(body['text'])['format']);
  if (type === 'json_object' && !/json/i.test(JSON.stringify([body['input'], body['instructions']])))
    report('json-word', 'text.format', "input must contain the word 'json' to use json_object");
  if (type === 'json_schema' && strict === true) checkStrict(schema, 'text.format.schema', report);
}

function checkTools(body: Members, report: Report): void {
  const tools = objectsIn(body['tools']);
  const functions = tools.filter(({ type }) => type === 'function');
  checkFunctions(functions, 'tools', report);
  const hasDeferredTool = tools.some((tool) => tool['defer_loading'] === true);
  if (hasDeferredTool && !tools.some(({ type }) => type === 'tool_search'))
    report('additional-tools', 'tools', 'Deferred tools require tools.tool_search.');
  for (const { tools: more, path } of additionalTools(body['input'])) {
    checkFunctions(more, path, report);
    for (const { name } of more)
      if (functions.some((tool) => tool['name'] === name))
        report('additional-tools', path, `'${shown(name)}' cannot replace a top-level tool`);
  }
  const { type, name: chosen } = asRecord(body['tool_choice']);
  if (type === 'function' && !functions.some(({ name }) => name === chosen))
    report('tool-choice-unknown', 'tool_choice', `Tool choice '${shown(chosen)}' not found in 'tools'.`);
}

function checkFunctions(functions: readonly Members[], at: string, report: Report): void {
  for (const [index, { parameters, strict }] of functions.entries()) {
    const path = `${at}[${index}].parameters`;
    checkParameters(parameters, path, report);
    // Without `strict`, the vendor accepts open objects and closes them itself (recorded 2026).
    if (strict === true) checkStrict(parameters, path, report);
  }
}

/** Returns the tools in the `additional_tools` items of an input, each with its path. Such an item adds tools within the input. */
export const additionalTools = (
  input: unknown,
): readonly { readonly tools: readonly Members[]; readonly path: string }[] =>
  asList(input).flatMap((item, index) => {
    const { type, tools } = asRecord(item);
    return type === 'additional_tools' ? [{ tools: objectsIn(tools), path: `input[${index}].tools` }] : [];
  });
