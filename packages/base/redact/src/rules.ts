import { PLACE_RULES } from './patterns.ts';
import type { SecretRule } from './rule.ts';
import { INNER_RULES, TOKEN_RULES } from './tokens/table.ts';

/** Rules for secrets with a distinct shape. A redactor also finds named values, headers, userinfo in URLs, and private keys. */
export const RULES: readonly SecretRule[] = [...TOKEN_RULES, ...INNER_RULES, ...PLACE_RULES].map(
  ({ id, pattern, group, source }) =>
    Object.freeze({ id, pattern, ...(group === undefined ? {} : { group }), source }),
);
