import { checkValue, describeIssues, LlmError } from '@majordomo/core';
import type { Decision, RunState } from './state.ts';
import type { Tools } from './toolbox.ts';

/** Throws `invalid-request` for a decision with an invalid choice, such as `approve: false`. */
export function checkDecisions(decisions: readonly Decision[]): void {
  for (const [at, decision] of decisions.entries()) {
    const fields = Object(decision) as Readonly<Record<string, unknown>>;
    const variants = [
      fields['approve'] === true,
      typeof fields['deny'] === 'string',
      typeof fields['result'] === 'string',
    ];
    if (variants.filter(Boolean).length === 1 && typeof fields['callId'] === 'string') continue;
    throw invalid(
      `decisions[${at}]`,
      'must have a callId and one of approve: true, deny: "why", result: "text"',
    );
  }
}

/** Throws `invalid-request` for a decision that no call waits for, because the decision would be lost. */
export async function checkDecisionsFor(
  { pending, suspended = [] }: RunState,
  decisions: readonly Decision[],
  tools: Tools,
): Promise<void> {
  checkDecisions(decisions);
  for (const [at, decision] of decisions.entries()) {
    const { callId } = decision;
    const path = `decisions[${at}]`;
    const call = pending.find(({ id }) => id === callId);
    if (call === undefined) throw invalid(path, `no call with the id "${callId}" is pending`);
    if (!('approve' in decision)) continue;
    if (suspended.some((waiting) => waiting.callId === callId))
      throw invalid(path, `the suspended call "${callId}" requires \`result\``);
    const tool = tools.find(call.name);
    if (decision.args === undefined || tool === undefined) continue;
    const checked = await checkValue(tool.parameters, decision.args);
    if ('issues' in checked)
      throw new LlmError(
        'invalid-request',
        `${path}.args do not match the schema of ${call.name}: ${describeIssues(checked.issues)}`,
        { path: `${path}.args`, issues: checked.issues },
      );
  }
}

const invalid = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path}: ${why}`, { path });
