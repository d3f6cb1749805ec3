import type { SecretRule } from '../rule.ts';
import { BUSINESS_TOKENS } from './business.ts';
import { CLOUD_TOKENS } from './cloud.ts';
import { CODE_TOKENS } from './code.ts';
import { MODEL_TOKENS } from './models.ts';
import { GITLEAKS, page } from './row.ts';

/** Kind of token with a fixed beginning. */
export interface TokenRule extends SecretRule {
  readonly starts: readonly string[];
  /** Copy of the pattern that matches only at `lastIndex`. */
  readonly anchored: RegExp;
}

/** Kind of token with a fixed string that is not at the beginning of the token. */
export interface InnerRule extends SecretRule {
  readonly anchor: string;
  /** Number of the token's characters before the fixed string. */
  readonly before: number;
  readonly anchored: RegExp;
}

/** Escapes the characters of `starts` that have a meaning in patterns. */
const escapePattern = (text: string): string => text.replaceAll(/[$|.+/]/g, String.raw`\$&`);

/** Kinds of tokens with a fixed beginning. */
export const TOKEN_RULES: readonly TokenRule[] = [
  ...MODEL_TOKENS,
  ...CODE_TOKENS,
  ...CLOUD_TOKENS,
  ...BUSINESS_TOKENS,
].map(([id, starts, body, source]) => {
  const shape = `(?:${starts.map(escapePattern).join('|')})${body}`;
  return {
    id,
    starts,
    source,
    pattern: new RegExp(String.raw`\b${shape}`),
    anchored: new RegExp(shape, 'y'),
  };
});

const inner = (id: string, anchor: string, before: number, shape: string, source: string): InnerRule => ({
  id,
  anchor,
  before,
  source,
  pattern: new RegExp(shape),
  anchored: new RegExp(shape, 'y'),
});

const MICROSOFT = page('learn.microsoft.com/purview/sit-defn-azure');

/**
 * Kinds of tokens without a fixed beginning. Patterns that end with `==` match exactly 64 bytes in base64, because longer base64
 * data may contain the fixed string by chance.
 */
export const INNER_RULES: readonly InnerRule[] = [
  inner('azure-client-secret', 'Q~', 4, '[A-Za-z0-9_~.]{3}\\dQ~[A-Za-z0-9_~.-]{30,40}', GITLEAKS),
  inner('azure-key', 'JQQJ99', 52, '[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{20,40}', MICROSOFT),
  inner('azure-storage-key', '+AS', 76, '[A-Za-z0-9+/]{76}\\+AS[A-Za-z0-9+/]{7}==', MICROSOFT),
  inner('azure-batch-key', '+AB', 76, '[A-Za-z0-9+/]{76}\\+AB[A-Za-z0-9+/]{7}==', MICROSOFT),
  inner('azure-cosmos-key', 'ACDb', 76, '[A-Za-z0-9+/]{76}ACDb[A-Za-z0-9+/]{6}==', MICROSOFT),
  inner('azure-function-key', 'AzFu', 44, '[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{6,8}={0,2}', MICROSOFT),
  inner('terraform-token', '.atlasv1.', 14, '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{40,}', GITLEAKS),
  inner('maxmind-key', '_mmk', 36, '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk', GITLEAKS),
  inner(
    'teams-webhook',
    '.webhook.office.com/',
    0,
    '\\.webhook\\.office\\.com/webhookb2/[A-Za-z0-9@/-]{60,}',
    GITLEAKS,
  ),
];
