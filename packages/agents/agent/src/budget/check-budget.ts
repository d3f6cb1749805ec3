import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { nanoUsdOf, type Budget } from './budget.ts';

/** Throws `config` with the path for an invalid limit, and for `maxUsd` if `cost` is not set. `subject` begins the message. */
export function checkBudget(budget: unknown, hasCost: boolean, path: string, subject = ''): void {
  if (budget === undefined) return;
  const fail = (member: string, problem: string): never => {
    throw new LlmError('config', `${subject}${path}${member} ${problem}`, { path: path + member });
  };
  if (!isRecord(budget)) return fail('', 'must be an object');
  const { maxUsd, ...numbers }: Budget = budget;
  for (const name of ['maxTokens', 'maxMs'] as const) {
    const value: unknown = numbers[name];
    if (value !== undefined && !(Number.isFinite(value) && (value as number) >= 0))
      fail(`.${name}`, 'must be a finite number of 0 or more; omit it for no limit');
  }
  for (const name of Object.keys(numbers))
    if (name !== 'maxTokens' && name !== 'maxMs')
      fail(`.${name}`, 'is not an option; the options are maxUsd, maxTokens and maxMs');
  if (maxUsd === undefined) return;
  if (nanoUsdOf(maxUsd) === undefined)
    fail('.maxUsd', "must be a string with a decimal number of at most nine decimals, such as '0.50'");
  if (!hasCost)
    fail('.maxUsd', 'requires `cost`; pass `cost: costOfResponse` of @majordomo/catalog to createAgent');
}
