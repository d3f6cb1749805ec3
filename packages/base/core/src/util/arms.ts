import type { CallInfo } from '../types/call-options.ts';

const arms = new WeakMap<CallInfo, Readonly<Record<string, string>>>();

/** Records the arm that a split chose for a call. `name` is the name that was resolved. Has no effect on the call. */
export function recordArm(call: CallInfo, name: string, arm: string): void {
  const others = arms.get(call);
  arms.set(call, { ...others, [name]: arm });
}

/** Returns the arms that splits chose for a call, by name, such as `{ fast: 'canary' }`; `undefined` if none was chosen. */
export const armsOf = (call: CallInfo): Readonly<Record<string, string>> | undefined => arms.get(call);
