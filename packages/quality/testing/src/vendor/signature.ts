import { createHmac } from 'node:crypto';

/**
 * Key of signatures, which is not secret. The key distinguishes these signatures from those of vendors. It is constant, so that
 * all runs produce the same signatures.
 */
const KEY = 'majordomo test wire';

/** Scope of the signatures of Claude models, which every platform for Claude accepts. */
export const CLAUDE_SCOPE = 'claude';

const digest = (scope: string, text: string): string =>
  createHmac('sha256', KEY).update(`${scope}\0${text}`).digest('base64');

/** Returns a signature for a text. A text always has the same signature, so the server need not store it. */
export const signText = (scope: string, text: string): string => `mj${digest(scope, text)}`;

/** Whether the signature was created for exactly this text. */
export const isSigned = (scope: string, text: string, signature: string): boolean =>
  signature === signText(scope, text);

/** Returns a sealed text, which is base64 of the text with a signature. Clients are not expected to read it. */
export function sealText(scope: string, text: string): string {
  return `mj.${Buffer.from(text, 'utf8').toString('base64')}.${digest(`seal ${scope}`, text)}`;
}

/** Returns the original text; `undefined` if the value was not sealed in this scope, or was changed. */
export function unsealText(scope: string, sealed: string): string | undefined {
  const body = /^mj\.([^.]*)\.[^.]*$/.exec(sealed)?.[1];
  if (body === undefined) return undefined;
  const text = Buffer.from(body, 'base64').toString('utf8');
  return sealText(scope, text) === sealed ? text : undefined;
}
