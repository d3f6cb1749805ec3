import { LlmError } from '../types/llm-error.ts';
import type { SpecElement } from '../types/majordomo.ts';

/**
 * `a/x,b/y,thinking`: split at commas; what has a slash is a target, a bare word is a name. Spaces around an element
 * are dropped, everything else is kept verbatim.
 */
export function parseSpec(spec: string): readonly SpecElement[] {
  // Callers without types may give anything.
  if (typeof (spec as unknown) !== 'string')
    throw notASpec((spec as unknown) === null ? 'null' : typeof spec);
  // It may hold a token, and errors show specs as they are.
  if (spec.includes('://') && spec.includes('@')) throw notASpec('a DSN');
  const elements: SpecElement[] = [];
  let at = 0;
  for (const piece of spec.split(',')) {
    const text = piece.trim();
    elements.push(element(text, spec, at + (piece.length - piece.trimStart().length)));
    at += piece.length + 1;
  }
  return elements;
}

/** The inverse of `parseSpec`, but for spaces around elements. */
export const printSpec = (elements: readonly SpecElement[]): string =>
  elements.map(({ text }) => text).join(',');

/** `provider/model`: the model is everything after the first slash. */
export function splitTarget(text: string): { readonly provider: string; readonly model: string } {
  const slash = text.indexOf('/');
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) };
}

function element(text: string, spec: string, offset: number): SpecElement {
  const slash = text.indexOf('/');
  if (text === '') throw badSpec('an empty element', spec, offset);
  if (slash === 0) throw badSpec('no provider before the slash', spec, offset);
  if (slash === text.length - 1) throw badSpec('no model after the slash', spec, offset + slash);
  return { kind: slash === -1 ? 'name' : 'target', text, offset };
}

function notASpec(what: string): LlmError {
  const message = `a spec is a string, provider/model or an alias, not ${what}`;
  return new LlmError('config', message, { code: 'bad-spec', path: '0' });
}

function badSpec(what: string, spec: string, offset: number): LlmError {
  const message = `bad model spec: ${what} at character ${offset} of "${spec}"; write provider/model or an alias, separated by commas`;
  return new LlmError('config', message, { code: 'bad-spec', path: String(offset) });
}
