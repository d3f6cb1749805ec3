import { createHmac } from 'node:crypto';

/** Key of signatures. It is not a secret; it makes them distinct from those of vendors and stable between runs. */
const KEY = 'majordomo test wire';

const digest = (scope: string, text: string): string =>
  createHmac('sha256', KEY).update(`${scope}\0${text}`).digest('base64');

/** A signature over a text: the same on every run, so that checking it needs no memory. */
export const signText = (scope: string, text: string): string => `mj${digest(scope, text)}`;

/** Whether the signature covers exactly this text. */
export const isSigned = (scope: string, text: string, signature: string): boolean =>
  signature === signText(scope, text);

/** A text in a form that only the server reads: base64 of the text, and its signature. */
export function sealText(scope: string, text: string): string {
  return `mj.${Buffer.from(text, 'utf8').toString('base64')}.${digest(`seal ${scope}`, text)}`;
}

/** The sealed text; `undefined` for what this scope did not seal, or what was altered. */
export function unsealText(scope: string, sealed: string): string | undefined {
  const body = /^mj\.([^.]*)\.[^.]*$/.exec(sealed)?.[1];
  if (body === undefined) return undefined;
  const text = Buffer.from(body, 'base64').toString('utf8');
  return sealText(scope, text) === sealed ? text : undefined;
}
