import { asRecord, asText, isRecord, tryParseJson } from '@majordomo/core/toolkit';
import { checkPrefill, checkThinkingSettings, forcedToolRefusal, refusesPrefill } from '../claude.ts';
import { duplicateIn, type Members, objectsIn, ofKind } from '../members.ts';
import { checkGrammar, checkInputSchema } from '../schemas.ts';
import { type Report, shown } from '../shape.ts';
import type { Turn } from '../turns.ts';
import type { ValidateOptions } from '../wire.ts';

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(
  body: Members,
  turns: readonly Turn[],
  report: Report,
  { model }: ValidateOptions,
): void {
  const { toolConfig, outputConfig, additionalModelRequestFields: fields } = body;
  const usesTools = turns.some(({ blocks }) =>
    blocks.some(({ block }) => block['toolUse'] !== undefined || block['toolResult'] !== undefined),
  );
  if (usesTools && toolConfig === undefined) {
    const message = 'The toolConfig field must be defined when using toolUse and toolResult content blocks.';
    report('tools-missing', 'toolConfig', message);
  }
  checkTools(toolConfig, report);
  const thinking = asRecord(asRecord(fields)['thinking']);
  const choice = asRecord(asRecord(toolConfig)['toolChoice']);
  const isForced = choice['any'] !== undefined || choice['tool'] !== undefined;
  const refusal = isForced ? forcedToolRefusal(model, thinking['type']) : undefined;
  if (refusal !== undefined) report('tool-choice-forced', 'toolConfig.toolChoice', refusal);
  if (thinking['type'] === 'enabled') checkThinking(thinking, body, turns, report);
  const schema = outputSchemaOf(outputConfig);
  if (schema !== undefined && parsedObject(schema) === undefined)
    report('output-schema', 'outputConfig.textFormat', 'the schema is not a JSON object');
  checkGrammar(parsedObject(schema ?? ''), 'outputConfig.textFormat.schema', report, 'output-schema');
  const last = turns.at(-1);
  if (last?.role === 'assistant' && model?.includes('claude') === true)
    checkPrefill(last, refusesPrefill(model), report);
}

export const toolSpecsOf = (config: unknown): readonly Members[] =>
  ofKind(objectsIn(asRecord(config)['tools']), 'toolSpec');

function checkTools(config: unknown, report: Report): void {
  const specs = toolSpecsOf(config);
  const names = specs.map(({ name }) => name);
  const twice = duplicateIn(names);
  if (twice !== undefined)
    report('tool-duplicate', 'toolConfig.tools', `The tool ${JSON.stringify(twice)} is already defined`);
  for (const [index, { inputSchema }] of specs.entries()) {
    const path = `toolConfig.tools[${index}].toolSpec.inputSchema.json`;
    checkInputSchema(asRecord(inputSchema)['json'], path, report);
  }
  const choice = asRecord(asRecord(config)['toolChoice'])['tool'];
  if (isRecord(choice) && !names.includes(choice['name']))
    report('tool-choice-unknown', 'toolConfig.toolChoice.tool', `${shown(choice['name'])} is not defined`);
}

function checkThinking(thinking: Members, body: Members, turns: readonly Turn[], report: Report): void {
  const { budget_tokens: budget = 0 } = thinking;
  const { temperature, topP, maxTokens } = asRecord(body['inferenceConfig']);
  const path = 'additionalModelRequestFields.thinking';
  checkThinkingSettings({ budget, maxTokens, temperature, topP }, path, report);
  const began = beginOfLoop(turns);
  if (began !== undefined && began.blocks[0]?.block['reasoningContent'] === undefined)
    report('thinking-first', began.path, 'Expected `thinking` or `redacted_thinking`, but found `tool_use`.');
}

const holdsResult = ({ role, blocks }: Turn): boolean =>
  role === 'user' && blocks.some(({ block }) => block['toolResult'] !== undefined);

/** Returns the assistant turn that began the unfinished tool loop at the end; `undefined` if no tool loop is unfinished. */
function beginOfLoop(turns: readonly Turn[]): Turn | undefined {
  let began: Turn | undefined;
  // The roles alternate, so every second turn is one of the user.
  for (let at = turns.length - 1; at > 0; at -= 2) {
    const turn = turns[at];
    if (turn === undefined || !holdsResult(turn)) break;
    began = turns[at - 1];
  }
  return began;
}

/** Returns the output schema as a string; `undefined` if the request has none. */
export const outputSchemaOf = (config: unknown): string | undefined => {
  const { structure } = asRecord(asRecord(config)['textFormat']);
  return asText(asRecord(asRecord(structure)['jsonSchema'])['schema']);
};

export function parsedObject(text: string): Members | undefined {
  const value = tryParseJson(text);
  return isRecord(value) ? value : undefined;
}
