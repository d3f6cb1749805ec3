import { inspect } from 'node:util';
import { secretForms } from '@majordomo/core/toolkit';
import { CANARY, KEY } from './slots.ts';

/** Readable forms of the keys: the text itself, and its beginning in base64. */
const SIGNS: readonly string[] = [CANARY, ...secretForms(KEY).filter((form) => !form.includes(CANARY))].map(
  (sign) => sign.slice(0, 24),
);

/** Returns the ways of formatting a value that show the key. */
export function leaks(name: string, value: unknown): readonly string[] {
  return formsOf(value).flatMap(([how, text]) => {
    const sign = SIGNS.find((each) => text.includes(each));
    if (sign === undefined) return [];
    const at = text.indexOf(sign);
    return [`${name} (${how}): …${text.slice(Math.max(0, at - 60), at + 40)}`];
  });
}

function formsOf(value: unknown): readonly (readonly [how: string, text: string])[] {
  const forms: [string, string][] = [
    [
      'inspect',
      inspect(value, {
        depth: Infinity,
        showHidden: true,
        maxStringLength: null,
        getters: true,
        customInspect: false,
      }),
    ],
    ['json', json(value)],
  ];
  for (let at = value, depth = 0; at instanceof Error && depth < 9; at = at.cause, depth++) {
    forms.push([`message ${depth}`, `${at.name} ${at.message}`], [`stack ${depth}`, at.stack ?? '']);
  }
  return forms;
}

function json(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}
