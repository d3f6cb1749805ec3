export { createRedactor, type Redactor, type RedactorOptions } from './redactor.ts';
export type { Finding, SecretRule } from './rule.ts';
export { RULES } from './rules.ts';
export { sha256Hex } from './sha256.ts';
