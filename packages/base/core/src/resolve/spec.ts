import { LlmError } from '../types/llm-error.ts';
import type { SpecElement } from '../types/majordomo.ts';

/**
 * Splits a spec such as `a/x,b/y,thinking` at its commas. An element with a slash is a target. Any other element is a name.
 * Spaces around elements are removed.
 *
 * Throws `config` with the index of the invalid character in `details.path`.
 */
export function parseSpec(spec: string): readonly SpecElement[] {
  if (Array.isArray(spec)) throw notASpecError('an array; join its targets with commas');
  if (typeof (spec as unknown) !== 'string')
    throw notASpecError((spec as unknown) === null ? 'null' : `a value of type ${typeof spec}`);
  // A DSN contains a token. Errors contain the spec, so they would show the token.
  if (spec.includes('://') && spec.includes('@')) throw notASpecError('a DSN');
  const elements: SpecElement[] = [];
  let at = 0;
  for (const piece of spec.split(',')) {
    const text = piece.trim();
    elements.push(parseElement(text, spec, at + (piece.length - piece.trimStart().length)));
    at += piece.length + 1;
  }
  return elements;
}

/** Splits a target of the form `provider/model`. The model is everything after the first slash. */
export function splitTarget(text: string): { readonly provider: string; readonly model: string } {
  const slash = text.indexOf('/');
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) };
}

function parseElement(text: string, spec: string, offset: number): SpecElement {
  const slash = text.indexOf('/');
  if (text === '') throw specError('an empty element', spec, offset);
  if (slash === 0) throw specError('no provider before the slash', spec, offset);
  if (slash === text.length - 1) throw specError('no model after the slash', spec, offset + slash);
  return { kind: slash === -1 ? 'name' : 'target', text, offset };
}

function notASpecError(actual: string): LlmError {
  const message = `a spec must be a string such as provider/model or an alias, not ${actual}`;
  return new LlmError('config', message, { code: 'bad-spec', path: '0' });
}

function specError(problem: string, spec: string, offset: number): LlmError {
  const message = `bad model spec: ${problem} at character ${offset} of "${spec}"; write provider/model or an alias, separated by commas`;
  return new LlmError('config', message, { code: 'bad-spec', path: String(offset) });
}
