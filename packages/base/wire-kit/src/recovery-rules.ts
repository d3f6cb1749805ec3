import type { ModelRequest, Recovery } from '@majordomo/core';
import type { ErrorContext } from './errors.ts';
import { goneFilesRecovery } from './files.ts';
import { cacheLifetime } from './request-settings.ts';

/** Recovery, and the pattern of the error messages to which the recovery applies. */
export interface RecoveryRule extends Pick<Recovery, 'id' | 'what' | 'remember' | 'isNeededFor'> {
  /** Pattern for the message of a 400 response. The first matching rule that changes the request applies. */
  readonly pattern: RegExp;
  /** Function that returns a changed request, or the same object if nothing changes. `numbers`: the groups of `pattern`. */
  readonly apply: (request: ModelRequest, numbers: readonly number[]) => ModelRequest;
  /** Setting whose value may be the reason of the error. Later requests with another value do not need the change. */
  readonly setting?: 'reasoning' | 'cache' | 'toolChoice' | undefined;
}

/** Returns the recovery for an error message; `undefined` if no rule changes the request. */
export function recoveryFor(
  message: string,
  request: ModelRequest,
  rules: readonly RecoveryRule[],
): Recovery | undefined {
  for (const { pattern, apply, setting, ...rule } of rules) {
    const match = pattern.exec(message);
    if (match === null) continue;
    const numbers = match.slice(1).map(Number);
    // A rule that changes nothing would repeat the rejected request.
    if (apply(request, numbers) !== request)
      return {
        ...rule,
        ...(setting && neededForValue(rule.id, setting, request)),
        apply: (rejected) => apply(rejected, numbers),
      };
  }
  return undefined;
}

/** Values of the settings that a rule may name. */
const VALUES: Readonly<
  Record<NonNullable<RecoveryRule['setting']>, (request: ModelRequest) => string | undefined>
> = {
  reasoning: ({ reasoning }) => reasoning,
  cache: ({ cache }) => cacheLifetime(cache),
  // A model that rejects one named tool may accept `required`, and the reverse. The name of the tool does not matter.
  toolChoice: ({ toolChoice }) => (typeof toolChoice === 'object' ? 'name' : toolChoice),
};

/**
 * Returns the members of a recovery that only requests with the rejected value of a setting need. The id contains the value,
 * because a call uses each id once, and another value may be rejected too.
 */
function neededForValue(
  id: string,
  setting: NonNullable<RecoveryRule['setting']>,
  rejected: ModelRequest,
): Pick<Recovery, 'id' | 'isNeededFor'> {
  const valueOf = VALUES[setting];
  const value = valueOf(rejected);
  return { id: `${id} ${value}`, isNeededFor: (request) => valueOf(request) === value };
}

/** Facts about a rejected request, from which its recovery is determined. */
interface Rejection {
  readonly status: number | undefined;
  readonly message: string;
  readonly code?: string | undefined;
}

/**
 * Returns the change with which a rejected request may succeed: another credential, content that is uploaded again, or a rule for
 * status 400. Returns `undefined` if none applies.
 */
export function rejectionRecovery(
  { status, message, code }: Rejection,
  { renew, request }: ErrorContext,
  rules: readonly RecoveryRule[],
): Recovery | undefined {
  if (status === 401) return renew?.();
  if (status === undefined || request === undefined) return undefined;
  const goneFiles = goneFilesRecovery(request, { status, message, code });
  return goneFiles ?? (status === 400 ? recoveryFor(message, request, rules) : undefined);
}
