import { asRecord } from '@majordomo/core/toolkit';
import { type Members, objectsIn, ofKind, stringOf } from '../members.ts';
import { checkParameters, checkStrict } from '../schemas.ts';
import { isString, type Report } from '../shape.ts';
import type { ChatDialect } from './dialect.ts';

/** Matches models that reject `stop` (recorded with gpt-5-mini) and `max_tokens` (OpenAI's API reference). */
const REASONING_MODEL = /^(?:o\d|gpt-[5-9]|gpt-daybreak|gpt-rosalind)/;

/** Matches models of version 6 and later. They always reason and reject sampling options (reported by clients, 2026-09). */
const ALWAYS_REASONS = /^(?:gpt-[6-9]|gpt-daybreak|gpt-rosalind)/;

/** Matches models that reject tools with any effort except `none`: "Function tools with reasoning_effort are not supported". */
const NO_EFFORT_BESIDE_TOOLS = /^gpt-5\.[4-9]/;

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: Members, report: Report, { checksModels = false }: ChatDialect): void {
  const isSet = (key: string): boolean => body[key] !== undefined && body[key] !== null;
  if (isSet('tool_choice') && !isSet('tools')) {
    report('tool-choice-without-tools', 'tool_choice', 'is only allowed when tools are given');
  }
  if (isSet('parallel_tool_calls') && !isSet('tools')) {
    report('parallel-without-tools', 'parallel_tool_calls', 'is only allowed when tools are given');
  }
  if (isSet('stream_options') && body['stream'] !== true) {
    report('stream-options-without-stream', 'stream_options', 'is only allowed when stream is true');
  }
  if (isSet('max_tokens') && isSet('max_completion_tokens')) {
    report('two-token-limits', 'max_tokens', 'cannot be set together with max_completion_tokens');
  }
  const functions = ofKind(objectsIn(body['tools']), 'function');
  const { name } = asRecord(asRecord(body['tool_choice'])['function']);
  if (isString(name) && !functions.some((tool) => tool['name'] === name))
    report('tool-choice-unknown', 'tool_choice', `no tool is named "${name}"`);
  const format = asRecord(body['response_format']);
  // Without this word, the model may generate endless whitespace.
  if (format['type'] === 'json_object' && !/json/i.test(JSON.stringify(body['messages'])))
    report('json-word', 'response_format', "messages must contain the word 'json' to use json_object");
  for (const [index, { parameters, strict }] of functions.entries()) {
    const path = `tools[${index}].function.parameters`;
    checkParameters(parameters, path, report);
    if (checksModels && strict === true) checkStrict(parameters, path, report);
  }
  const { strict, schema } = asRecord(format['json_schema']);
  if (checksModels && strict === true) checkStrict(schema, 'response_format.json_schema.schema', report);
  if (checksModels) checkModel(body, report);
}

/** Reports the options that the model rejects. */
function checkModel(body: Members, report: Report): void {
  const model = stringOf(body['model']);
  const effort = body['reasoning_effort'];
  if (!REASONING_MODEL.test(model)) return;
  if (
    NO_EFFORT_BESIDE_TOOLS.test(model) &&
    body['tools'] !== undefined &&
    effort !== 'none' &&
    isString(effort)
  )
    report(
      'unsupported-parameter',
      'reasoning_effort',
      "Function tools with reasoning_effort are not supported in /v1/chat/completions. Please set reasoning_effort to 'none'.",
    );
  const keys = ['max_tokens', 'stop', ...(ALWAYS_REASONS.test(model) ? ['temperature', 'top_p'] : [])];
  const refused = keys.filter((key) => body[key] !== undefined && body[key] !== null);
  if (ALWAYS_REASONS.test(model) && effort === 'none') refused.push('reasoning_effort');
  for (const key of refused)
    report('unsupported-parameter', key, `Unsupported parameter: '${key}' is not supported with this model.`);
}
