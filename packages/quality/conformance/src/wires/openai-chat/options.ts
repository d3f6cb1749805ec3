import { isRecord } from '@majordomo/core/toolkit';
import { checkParameters } from '../parameters.ts';
import { isString, type Report } from '../shape.ts';
import { checkStrict } from '../strict.ts';
import type { ChatDialect } from './dialect.ts';

/** Matches models that reject `stop` (recorded with gpt-5-mini) and `max_tokens` (OpenAI's API reference). */
const REASONING_MODEL = /^(?:o\d|gpt-[5-9]|gpt-daybreak|gpt-rosalind)/;
const REFUSED_BY_REASONING_MODELS: readonly string[] = ['max_tokens', 'stop'];

/** Matches models of version 6 and later. They always reason and reject sampling options (reported by clients, 2026-09). */
const ALWAYS_REASONS = /^(?:gpt-[6-9]|gpt-daybreak|gpt-rosalind)/;

/** Matches models that reject tools with any effort except `none`: "Function tools with reasoning_effort are not supported". */
const NO_EFFORT_BESIDE_TOOLS = /^gpt-5\.[4-9]/;

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: unknown, report: Report, dialect: ChatDialect): void {
  if (!isRecord(body)) return;
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
  checkChosenTool(body, report);
  checkJsonWord(body, report);
  checkSchemas(body, report, dialect.checksModels ?? false);
  if (dialect.checksModels === true && isString(body['model']) && REASONING_MODEL.test(body['model'])) {
    for (const key of REFUSED_BY_REASONING_MODELS) {
      if (isSet(key))
        report(
          'unsupported-parameter',
          key,
          `Unsupported parameter: '${key}' is not supported with this model.`,
        );
    }
    checkLateModels(body, report);
  }
}

function checkLateModels(body: Record<string, unknown>, report: Report): void {
  const model = String(body['model']);
  const effort = body['reasoning_effort'];
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
  if (!ALWAYS_REASONS.test(model)) return;
  const refused = ['temperature', 'top_p'].filter((key) => body[key] !== undefined);
  if (effort === 'none') refused.push('reasoning_effort');
  for (const key of refused)
    report('unsupported-parameter', key, `Unsupported value: '${key}' is not supported with this model.`);
}

function checkChosenTool(body: Record<string, unknown>, report: Report): void {
  const choice = isRecord(body['tool_choice']) ? body['tool_choice']['function'] : undefined;
  const name = isRecord(choice) ? choice['name'] : undefined;
  if (isString(name) && !functions(body).some((tool) => tool['name'] === name)) {
    report('tool-choice-unknown', 'tool_choice', `no tool is named "${name}"`);
  }
}

/** Checks that a prompt for JSON mode contains "JSON". Without this word, the model may generate endless whitespace. */
function checkJsonWord(body: Record<string, unknown>, report: Report): void {
  const format = body['response_format'];
  if (!isRecord(format) || format['type'] !== 'json_object') return;
  if (!/json/i.test(JSON.stringify(body['messages']))) {
    report('json-word', 'response_format', "messages must contain the word 'json' to use json_object");
  }
}

function checkSchemas(body: Record<string, unknown>, report: Report, checksStrict: boolean): void {
  functions(body).forEach(({ parameters, strict }, index) => {
    const path = `tools[${index}].function.parameters`;
    checkParameters(parameters, path, report);
    if (checksStrict && strict === true) checkStrict(parameters, path, report);
  });
  const format = isRecord(body['response_format']) ? body['response_format']['json_schema'] : undefined;
  if (checksStrict && isRecord(format) && format['strict'] === true) {
    checkStrict(format['schema'], 'response_format.json_schema.schema', report);
  }
}

const functions = (body: Record<string, unknown>): readonly Record<string, unknown>[] =>
  (Array.isArray(body['tools']) ? body['tools'] : []).flatMap((tool: unknown) =>
    isRecord(tool) && isRecord(tool['function']) ? [tool['function']] : [],
  );
