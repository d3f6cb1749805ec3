import { asRecord, isRecord } from '@majordomo/core/toolkit';
import { checkPrefill, checkThinkingSettings, forcedToolRefusal, refusesPrefill } from '../claude.ts';
import { type Members, objectsIn } from '../members.ts';
import { checkGrammar, checkInputSchema } from '../schemas.ts';
import type { Report } from '../shape.ts';
import type { Turn } from '../turns.ts';

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: Members, turns: readonly Turn[], report: Report): void {
  const { model, thinking } = body;
  const thinkingType = asRecord(thinking)['type'];
  checkTools(body, report);
  checkGrammars(body, report);
  const { type: choice } = asRecord(body['tool_choice']);
  const refusal = choice === 'any' || choice === 'tool' ? forcedToolRefusal(model, thinkingType) : undefined;
  if (refusal !== undefined) report('tool-choice-forced', 'tool_choice', refusal);
  const isThinking = thinkingType === 'enabled' || thinkingType === 'adaptive';
  if (isThinking) checkThinking(body, report);
  if (thinkingType === 'enabled') checkLoopStart(turns, report);
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return;
  // A turn with a tool of the vendor may be paused. The client sends it back, and the model continues it.
  const isContinued = last.blocks.some(({ block }) => block['type'] === 'server_tool_use');
  checkPrefill(last, !isContinued && (isThinking || refusesPrefill(model)), report);
}

function checkTools(body: Members, report: Report): void {
  const tools = objectsIn(body['tools']);
  const names = new Set<unknown>();
  for (const [index, tool] of tools.entries()) {
    const { name, input_schema: schema } = tool;
    const path = `tools[${index}]`;
    if (names.has(name)) report('tool-duplicate', `${path}.name`, 'tool names must be unique');
    names.add(name);
    checkInputSchema(schema, `${path}.input_schema`, report);
    if (isDeferred(tool) && isRecord(tool['cache_control']))
      report('tools-deferred', path, 'a deferred tool cannot have cache_control');
  }
  if (tools.length > 0 && tools.every(isDeferred)) {
    const message = 'At least one tool must have defer_loading=false. All tools cannot be deferred.';
    report('tools-deferred', 'tools', message);
  }
  const { type: choice, name: chosen } = asRecord(body['tool_choice']);
  if (choice !== undefined && choice !== 'none' && tools.length === 0)
    report('tool-choice-without-tools', 'tool_choice', 'may only be specified while providing tools');
  else if (choice === 'tool' && !names.has(chosen))
    report('tool-choice-unknown', 'tool_choice', 'names no tool of the request');
}

const isDeferred = (tool: Members): boolean => tool['defer_loading'] === true;

/** Limits from error messages of 2026-07: "maximum number of strict tools … is 20", "limit: 16 parameters with unions". */
const MOST_STRICT_TOOLS = 20;
const MOST_UNIONS = 16;

/** Checks the schemas that the vendor compiles to a grammar: those of strict tools, and that of the output. */
function checkGrammars(body: Members, report: Report): void {
  const grammars = objectsIn(body['tools']).flatMap(({ input_schema: schema, strict }, index) =>
    strict === true ? [{ schema, path: `tools[${index}].input_schema` }] : [],
  );
  if (grammars.length > MOST_STRICT_TOOLS) {
    const message = `Too many strict tools (${grammars.length}), at most ${MOST_STRICT_TOOLS}`;
    report('strict-limits', 'tools', message);
  }
  const output = asRecord(body['output_config'])['format'] ?? body['output_format'];
  if (isRecord(output)) grammars.push({ schema: output['schema'], path: 'output_config.format.schema' });
  const unions = grammars.reduce(
    (sum, { schema, path }) => sum + checkGrammar(schema, path, report, 'strict-schema'),
    0,
  );
  if (unions > MOST_UNIONS)
    report('strict-limits', '', `too many parameters with union types (${unions}), at most ${MOST_UNIONS}`);
}

function checkThinking(body: Members, report: Report): void {
  const { temperature, top_p: topP, max_tokens: maxTokens, thinking } = body;
  const { budget_tokens: budget } = asRecord(thinking);
  checkThinkingSettings({ budget, maxTokens, temperature, topP }, 'thinking', report);
  if (body['top_k'] !== undefined) report('thinking-options', 'top_k', 'must be unset when thinking is on');
}

/** Checks that the assistant turn of an unfinished tool loop begins with thinking. A fixed thinking budget requires this. */
function checkLoopStart(turns: readonly Turn[], report: Report): void {
  const isLoop = turns.at(-1)?.blocks.some(({ block }) => block['type'] === 'tool_result') ?? false;
  const turn = turns.at(-2);
  const type = turn?.blocks[0]?.block['type'];
  if (isLoop && turn !== undefined && type !== 'thinking' && type !== 'redacted_thinking') {
    const message = 'Expected `thinking` or `redacted_thinking` at the start of the turn';
    report('thinking-first', turn.path, message);
  }
}
