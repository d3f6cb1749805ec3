/**
 * Functions that `@majordomo/replay` shares. A minor version can change them without a note.
 * @module
 */
export { checkFormat, fileError, hasCode, readLines } from './util/files.ts';
export { compareText } from './cases/cases.ts';
export { groupBy } from './util/group-by.ts';
export { judgeRequest, PAIR_VERDICTS, pairSystem } from './checks/judge.ts';
export { canonicalJson, digest } from './util/json.ts';
export { nanoUsdOf } from './definition/options.ts';
export { textOf, toolCallsOf } from './definition/output.ts';
export type { StoredError } from './record/recordings.ts';
export { aligned, fit, wrapped } from './report/columns.ts';
export { htmlPage } from './report/html-page.ts';
export { cell, code } from './report/markdown.ts';
export { escaped, plainLine, plainLines } from './report/plain-text.ts';
export { requestKey } from './record/request-key.ts';
export { evaluateWith } from './run/evaluate.ts';
export { isOwnFailure, score } from './run/score.ts';
export type { OnAnswer } from './run/sample.ts';
export { wilson } from './compare/statistics.ts';
export { loadError, storeError } from './record/stored-call.ts';
export { POWER_80, studentT, Z } from './compare/student.ts';
