import { isRecord } from '@majordomo/core/toolkit';
import { forcedToolRefusal, refusesPrefill } from '../claude.ts';
import { checkGrammar, rootUnion } from '../grammar-schema.ts';
import { isString, type Report, shown } from '../shape.ts';
import type { ValidateOptions } from '../wire.ts';
import { type Turn, turnsOf } from './conversation.ts';

type Members = Readonly<Record<string, unknown>>;

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: unknown, report: Report, { model }: ValidateOptions): void {
  if (!isRecord(body)) return;
  const turns = turnsOf(body);
  const config = isRecord(body['toolConfig']) ? body['toolConfig'] : undefined;
  const usesTools = turns.some(({ blocks }) =>
    blocks.some(({ block }) => block['toolUse'] !== undefined || block['toolResult'] !== undefined),
  );
  if (usesTools && config === undefined) {
    report(
      'tools-missing',
      'toolConfig',
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    );
  }
  if (config !== undefined) checkTools(config, report);
  checkForce(body, model, report);
  checkThinking(body, turns, report);
  checkOutput(body['outputConfig'], report);
  checkLast(turns.at(-1), model, report);
}

export const toolSpecsOf = (config: unknown): readonly Members[] => {
  const tools: readonly unknown[] = isRecord(config) && Array.isArray(config['tools']) ? config['tools'] : [];
  return tools.flatMap((tool) => (isRecord(tool) && isRecord(tool['toolSpec']) ? [tool['toolSpec']] : []));
};

function checkTools(config: Members, report: Report): void {
  const specs = toolSpecsOf(config);
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    report('tool-duplicate', 'toolConfig.tools', `The tool ${JSON.stringify(twice)} is already defined`);
  specs.forEach(({ inputSchema }, index) => {
    const json = isRecord(inputSchema) ? inputSchema['json'] : undefined;
    if (isRecord(json) && json['type'] !== 'object') {
      report(
        'parameters-schema',
        `toolConfig.tools[${index}].toolSpec.inputSchema.json.type`,
        'must be one of: object',
      );
    }
    const union = rootUnion(json);
    if (union !== undefined)
      report('parameters-schema', `toolConfig.tools[${index}].toolSpec.inputSchema.json`, union);
  });
  const choice = isRecord(config['toolChoice']) ? config['toolChoice']['tool'] : undefined;
  if (isRecord(choice) && !names.includes(choice['name'])) {
    report('tool-choice-unknown', 'toolConfig.toolChoice.tool', `${shown(choice['name'])} is not defined`);
  }
}

function thinkingOf(body: Members): Members {
  const fields = body['additionalModelRequestFields'];
  const thinking = isRecord(fields) ? fields['thinking'] : undefined;
  return isRecord(thinking) ? thinking : {};
}

/** Checks that the model accepts a forced tool call with its thinking setting. Converse enforces these rules of Claude. */
function checkForce(body: Members, model: string | undefined, report: Report): void {
  const config = isRecord(body['toolConfig']) ? body['toolConfig'] : {};
  const choice = isRecord(config['toolChoice']) ? config['toolChoice'] : {};
  if (choice['any'] === undefined && choice['tool'] === undefined) return;
  const refusal = forcedToolRefusal(model, thinkingOf(body)['type']);
  if (refusal !== undefined) report('tool-choice-forced', 'toolConfig.toolChoice', refusal);
}

function checkThinking(body: Members, turns: readonly Turn[], report: Report): void {
  const thinking = thinkingOf(body);
  if (thinking['type'] !== 'enabled') return;
  const { budget_tokens: budget } = thinking;
  const { temperature, topP, maxTokens } = isRecord(body['inferenceConfig'])
    ? body['inferenceConfig']
    : ({} as Members);
  const refuse = (message: string): void => {
    report('thinking-options', 'additionalModelRequestFields.thinking', message);
  };
  if (typeof budget !== 'number' || budget < 1024) refuse('budget_tokens must be at least 1024');
  else if (typeof maxTokens === 'number' && maxTokens <= budget)
    refuse('max_tokens must be greater than budget_tokens');
  if (temperature !== undefined && temperature !== 1)
    refuse('temperature may only be set to 1 when thinking is enabled');
  if (typeof topP === 'number' && topP < 0.95) refuse('top_p must be at least 0.95 when thinking is enabled');
  const began = beginOfLoop(turns);
  if (began?.blocks[0]?.block['reasoningContent'] === undefined && began !== undefined) {
    report('thinking-first', began.path, 'Expected `thinking` or `redacted_thinking`, but found `tool_use`.');
  }
}

const holdsResult = ({ role, blocks }: Turn): boolean =>
  role === 'user' && blocks.some(({ block }) => block['toolResult'] !== undefined);

/** Returns the assistant turn that began the unfinished tool loop at the end; `undefined` if no tool loop is unfinished. */
function beginOfLoop(turns: readonly Turn[]): Turn | undefined {
  let began: Turn | undefined;
  for (let at = turns.length - 1; at > 0; at -= 2) {
    const turn = turns[at];
    if (turn === undefined || !holdsResult(turn)) break;
    began = turns[at - 1];
  }
  return began;
}

/** Checks that Claude can continue the last message if it is an assistant message. */
function checkLast(last: Turn | undefined, model: string | undefined, report: Report): void {
  if (last?.role !== 'assistant' || model?.includes('claude') !== true) return;
  const text = last.blocks.at(-1)?.block['text'];
  if (isString(text) && /\s$/.test(text))
    report('trailing-space', last.path, 'final assistant content cannot end with trailing whitespace');
  if (refusesPrefill(model)) report('prefill', last.path, 'the conversation must end with a user message');
}

function checkOutput(config: unknown, report: Report): void {
  const schema = outputSchemaOf(config);
  if (schema === undefined) return;
  const parsed = parsedObject(schema);
  if (parsed === undefined)
    report('output-schema', 'outputConfig.textFormat', 'the schema is not a JSON object');
  else checkGrammar(parsed, 'outputConfig.textFormat.schema', report, 'output-schema');
}

/** Returns the output schema as a string; `undefined` if the request has none. */
export function outputSchemaOf(config: unknown): string | undefined {
  const format = isRecord(config) ? config['textFormat'] : undefined;
  const structure = isRecord(format) ? format['structure'] : undefined;
  const json = isRecord(structure) ? structure['jsonSchema'] : undefined;
  return isRecord(json) && isString(json['schema']) ? json['schema'] : undefined;
}

export function parsedObject(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
