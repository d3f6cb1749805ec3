import { isRecord } from '@majordomo/core/toolkit';
import { forcedToolRefusal, refusesPrefill } from '../claude.ts';
import { isString, type Report } from '../shape.ts';
import { type Turn, turnsOf } from './conversation.ts';
import { checkSchemas } from './schemas.ts';

/** Checks the rules that concern more than one option of a request. */
export function checkOptions(body: unknown, report: Report): void {
  if (!isRecord(body)) return;
  const turns = turnsOf(body);
  const last = turns.at(-1);
  checkTools(body, report);
  checkSchemas(body, report);
  checkForce(body, report);
  checkThinking(body, turns, report);
  if (last?.role !== 'assistant') return;
  const final = last.blocks.at(-1)?.block;
  if (final?.['type'] === 'text' && isString(final['text']) && /\s$/.test(final['text'])) {
    report('trailing-space', last.path, 'final assistant content cannot end with trailing whitespace');
  }
  const isContinued = last.blocks.some(({ block }) => block['type'] === 'server_tool_use');
  if (!isContinued && (isThinking(body) || refusesPrefill(body['model']))) {
    report('prefill', last.path, 'the conversation must end with a user message');
  }
}

function checkTools(body: Record<string, unknown>, report: Report): void {
  const tools = (Array.isArray(body['tools']) ? body['tools'] : []).filter(isRecord);
  const names = new Set<unknown>();
  tools.forEach(({ name }, index) => {
    if (names.has(name)) report('tool-duplicate', `tools[${index}].name`, 'tool names must be unique');
    names.add(name);
  });
  if (tools.length > 0 && tools.every(isDeferred))
    report(
      'tools-deferred',
      'tools',
      'At least one tool must have defer_loading=false. All tools cannot be deferred.',
    );
  tools.forEach((tool, index) => {
    if (isDeferred(tool) && isRecord(tool['cache_control']))
      report('tools-deferred', `tools[${index}]`, 'a deferred tool cannot have cache_control');
  });
  const choice = body['tool_choice'];
  if (!isRecord(choice)) return;
  if (tools.length === 0 && choice['type'] !== 'none') {
    report('tool-choice-without-tools', 'tool_choice', 'may only be specified while providing tools');
  } else if (choice['type'] === 'tool' && !names.has(choice['name'])) {
    report('tool-choice-unknown', 'tool_choice', 'names no tool of the request');
  }
}

const isDeferred = (tool: Record<string, unknown>): boolean => tool['defer_loading'] === true;

function checkForce(body: Record<string, unknown>, report: Report): void {
  const { tool_choice: choice, model } = body;
  if (!isRecord(choice) || (choice['type'] !== 'any' && choice['type'] !== 'tool')) return;
  const refusal = forcedToolRefusal(model, thinkingType(body));
  if (refusal !== undefined) report('tool-choice-forced', 'tool_choice', refusal);
}

const thinkingType = (body: Record<string, unknown>): unknown =>
  isRecord(body['thinking']) ? body['thinking']['type'] : undefined;

const isThinking = (body: Record<string, unknown>): boolean =>
  thinkingType(body) === 'enabled' || thinkingType(body) === 'adaptive';

function checkThinking(body: Record<string, unknown>, turns: readonly Turn[], report: Report): void {
  if (!isThinking(body)) return;
  const { temperature, top_k: topK, top_p: topP, max_tokens: limit, thinking } = body;
  const budget = isRecord(thinking) ? thinking['budget_tokens'] : undefined;
  const refuse = (path: string, message: string): void => {
    report('thinking-options', path, message);
  };
  if (typeof budget === 'number' && budget < 1024) refuse('thinking.budget_tokens', 'must be at least 1024');
  if (typeof budget === 'number' && typeof limit === 'number' && budget >= limit) {
    refuse('max_tokens', 'must be greater than thinking.budget_tokens');
  }
  if (temperature !== undefined && temperature !== 1)
    refuse('temperature', 'may only be 1 when thinking is on');
  if (topK !== undefined) refuse('top_k', 'must be unset when thinking is on');
  if (typeof topP === 'number' && topP < 0.95) refuse('top_p', 'must be at least 0.95 when thinking is on');
  if (thinkingType(body) === 'enabled') checkLoopStart(turns, report);
}

/** Checks that the assistant turn of an unfinished tool loop begins with thinking. A fixed thinking budget requires this. */
function checkLoopStart(turns: readonly Turn[], report: Report): void {
  const isLoop = turns.at(-1)?.blocks.some(({ block }) => block['type'] === 'tool_result') ?? false;
  const turn = turns.at(-2);
  const type = turn?.blocks[0]?.block['type'];
  if (isLoop && turn !== undefined && type !== 'thinking' && type !== 'redacted_thinking') {
    report(
      'thinking-first',
      turn.path,
      'Expected `thinking` or `redacted_thinking` at the start of the turn',
    );
  }
}
