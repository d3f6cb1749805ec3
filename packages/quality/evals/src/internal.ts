/**
 * Functions that `@majordomo/replay` shares. A minor version can change them without a note.
 * @module
 */
export { checkFormat, fileError, hasCode, readLines } from './files.ts';
export { groupBy } from './group-by.ts';
export { judgeRequest, PAIR_VERDICTS, pairSystem } from './judge.ts';
export { canonicalJson, digest } from './json.ts';
export { nanoUsdOf } from './options.ts';
export { textOf, toolCallsOf } from './output.ts';
export { randomNumbers } from './random.ts';
export type { StoredError } from './recordings.ts';
export { aligned, fit, wrapped } from './report/columns.ts';
export { htmlPage } from './report/html-page.ts';
export { cell, code } from './report/markdown.ts';
export { escaped, plainLine, plainLines } from './report/plain-text.ts';
export { requestKey, type ObjectRequest } from './request-key.ts';
export { isOwnFailure, score } from './score.ts';
export { wilson } from './statistics.ts';
export { loadError, storeError } from './stored-call.ts';
export { studentT, Z } from './student.ts';
