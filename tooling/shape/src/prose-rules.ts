import type { Expression } from './prose.ts';

const replace = (pattern: RegExp, replacement: string): Expression => ({ pattern, replacement });
const opening = (pattern: RegExp, replacement: string): Expression => ({
  pattern,
  replacement,
  isOpening: true,
});

/** Expressions to replace in comments and documents. `pnpm lint` warns about them. */
export const EXPRESSIONS: readonly Expression[] = [
  replace(/\b(told|tells?|telling)\b/i, 'is notified, emits, reports'),
  replace(/\bhears?\b|\bheard\b/i, 'is notified'),
  replace(/\b(no|some|any)body\b|\bwhoever\b/i, 'the actor: caller, client, server, vendor, application'),
  replace(/\bours\b|\btheirs\b/i, 'the noun'),
  replace(/\bguests?\b|\bstrangers?\b|\bneighbours?\b/i, 'the actor: client, caller, process'),
  replace(/\bstands?\b|\bstood\b/i, 'is, appears, is defined in'),
  replace(/\bof (its|their|his) own\b/i, 'separate, its'),
  replace(/\bbeside\b/i, 'next to, alongside, in addition to'),
  replace(/\bgo(es|ne)? on\b/i, 'continues'),
  replace(/\banew\b/i, 'again'),
  replace(/\b(is|are|was|were) no [a-z]/i, 'is not a'),
  replace(/[,;.:] else\b/i, 'otherwise'),
  replace(/\bby hand\b/i, 'manually'),
  replace(/\bat the most\b/i, 'at most'),
  replace(/\bcannot be had\b/i, 'is not available'),
  replace(/\bdear(er|est)?\b/i, 'expensive'),
  replace(/\bmend(s|ed|ing)?\b/i, 'repair, fix'),
  opening(/^What [a-z]/, 'a noun or a third-person verb'),
  opening(/^Who(ever)? /, 'a noun or a third-person verb'),
  opening(/^Of /, 'a noun or a third-person verb'),
  opening(/^The same /, 'a noun or a third-person verb'),
  opening(/^(Is|Does|Has|May|Can|Are|Do)\b[^.]*\?/, 'Whether …'),
];

/** Terms in which an expression is correct. They are not counted. */
export const EXCEPTIONS: readonly RegExp[] = [/\bstand-alone\b/gi];
