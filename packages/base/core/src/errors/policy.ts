import type { Decision, PolicyOverrides } from '../types/call-options.ts';
import type { ErrorKind } from '../types/llm-error.ts';
import { definedMembers } from '../util/options.ts';

const STOP: Decision = { retry: false, advance: false, bench: false };
const PASS_ON: Decision = { retry: false, advance: true, bench: false };
const COUNT: Decision = { retry: false, advance: true, bench: true };
const TRANSIENT: Decision = { retry: true, advance: true, bench: true };

/** Default decisions by error kind. */
export const ERROR_POLICY: Readonly<Record<ErrorKind, Decision>> = {
  config: STOP,
  aborted: STOP,
  'invalid-request': STOP,
  unsupported: PASS_ON,
  auth: STOP,
  billing: STOP,
  denied: STOP,
  'not-found': PASS_ON,
  'context-overflow': PASS_ON,
  'content-filter': STOP,
  quota: COUNT,
  'rate-limit': TRANSIENT,
  overloaded: TRANSIENT,
  server: TRANSIENT,
  timeout: TRANSIENT,
  network: TRANSIENT,
  protocol: COUNT,
  truncated: TRANSIENT,
  empty: COUNT,
  'invalid-output': PASS_ON,
  exhausted: STOP,
};

/** Returns the decision for a kind, with the overrides applied. For an unknown kind, returns the decision for `server`. */
export function decisionFor(kind: ErrorKind, overrides: PolicyOverrides | undefined): Decision {
  const row = Object.hasOwn(ERROR_POLICY, kind) ? ERROR_POLICY[kind] : ERROR_POLICY.server;
  const override = overrides !== undefined && Object.hasOwn(overrides, kind) ? overrides[kind] : undefined;
  return override === undefined ? row : { ...row, ...definedMembers(override) };
}

/** Merges overrides by kind and by member of a decision. The members of `own` take precedence. */
export function mergePolicies(
  general: PolicyOverrides | undefined,
  own: PolicyOverrides | undefined,
): PolicyOverrides {
  const changes = Object.entries(own ?? {}).map(([kind, override = {}]) => [
    kind,
    { ...general?.[kind as ErrorKind], ...definedMembers(override) },
  ]);
  return { ...general, ...(Object.fromEntries(changes) as PolicyOverrides) };
}
