import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { checkParameters } from '../parameters.ts';
import { isString, type Report, shown } from '../shape.ts';
import { checkStrict } from '../strict.ts';

/**
 * Matches models that reject sampling options (OpenAI's guide to reasoning, 2026-11). `gpt-5.1` to `gpt-5.9` and models for chat
 * accept them.
 */
const REASONING_MODEL = /^(?:o\d|gpt-5(?:-|$)|gpt-[6-9]|gpt-daybreak|gpt-rosalind)(?!.*-chat)/;
const SAMPLING: readonly string[] = ['temperature', 'top_p'];
/** Matches models without encrypted reasoning (recorded by several clients, 2025). */
const MODEL_WITHOUT_REASONING = /^gpt-(?:3\.5|4)/;

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: unknown, report: Report): void {
  if (!isRecord(body)) return;
  const model = isString(body['model']) ? body['model'] : '';
  const isSet = (key: string): boolean => body[key] !== undefined && body[key] !== null;
  if (REASONING_MODEL.test(model)) {
    for (const key of SAMPLING.filter(isSet))
      report(
        'unsupported-parameter',
        key,
        `Unsupported parameter: '${key}' is not supported with this model.`,
      );
  }
  const include: readonly unknown[] = Array.isArray(body['include']) ? body['include'] : [];
  if (MODEL_WITHOUT_REASONING.test(model) && include.includes('reasoning.encrypted_content')) {
    report('unsupported-parameter', 'include', 'Encrypted content is not supported with this model.');
  }
  checkTools(body, report);
  checkFormat(body, report);
}

function checkTools(body: Record<string, unknown>, report: Report): void {
  const tools = asList(body['tools']).filter(isRecord);
  const functions = tools.filter(({ type }) => type === 'function');
  checkFunctions(functions, 'tools', report);
  const hasDeferredTool = tools.some((tool) => tool['defer_loading'] === true);
  const hasSearch = tools.some(({ type }) => type === 'tool_search');
  if (hasDeferredTool && !hasSearch)
    report('additional-tools', 'tools', 'Deferred tools require tools.tool_search.');
  additionalTools(body['input']).forEach(({ tools: more, path }) => {
    checkFunctions(more, path, report);
    for (const { name } of more)
      if (functions.some((tool) => tool['name'] === name))
        report('additional-tools', path, `'${shown(name)}' cannot replace a top-level tool`);
  });
  const choice = body['tool_choice'];
  if (!isRecord(choice) || choice['type'] !== 'function') return;
  if (!functions.some(({ name }) => name === choice['name']))
    report(
      'tool-choice-unknown',
      'tool_choice',
      `Tool choice '${shown(choice['name'])}' not found in 'tools'.`,
    );
}

function checkFunctions(functions: readonly Record<string, unknown>[], at: string, report: Report): void {
  functions.forEach(({ parameters, strict }, index) => {
    const path = `${at}[${index}].parameters`;
    checkParameters(parameters, path, report);
    // Without `strict`, the vendor accepts open objects and closes them itself (recorded 2026).
    if (strict === true) checkStrict(parameters, path, report);
  });
}

/** Returns the tools in the `additional_tools` items of an input, each with its path. Such an item adds tools within the input. */
export const additionalTools = (
  input: unknown,
): readonly { readonly tools: readonly Record<string, unknown>[]; readonly path: string }[] =>
  asList(input).flatMap((item, index) => {
    const { type, tools } = asRecord(item);
    if (type !== 'additional_tools') return [];
    return [{ tools: asList(tools).filter(isRecord), path: `input[${index}].tools` }];
  });

function checkFormat(body: Record<string, unknown>, report: Report): void {
  const format = isRecord(body['text']) ? body['text']['format'] : undefined;
  if (!isRecord(format)) return;
  if (
    format['type'] === 'json_object' &&
    !/json/i.test(JSON.stringify([body['input'], body['instructions']]))
  )
    report('json-word', 'text.format', "input must contain the word 'json' to use json_object");
  if (format['type'] === 'json_schema' && format['strict'] === true)
    checkStrict(format['schema'], 'text.format.schema', report);
}
