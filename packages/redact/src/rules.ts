import { PLACE_RULES } from './patterns.ts';
import type { SecretRule } from './rule.ts';
import { INNER_RULES, TOKEN_RULES } from './tokens/table.ts';

/**
 * The kinds of secrets that have a shape of their own, as data. A redactor also knows what no expression tells: values
 * by the name of their key, headers, userinfo of addresses, and private keys over several lines.
 */
export const RULES: readonly SecretRule[] = [...TOKEN_RULES, ...INNER_RULES, ...PLACE_RULES].map(
  ({ id, pattern, group, source }) =>
    Object.freeze({ id, pattern, ...(group === undefined ? {} : { group }), source }),
);
