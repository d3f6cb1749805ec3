export { codeMode, type CodeModeOptions } from './code-mode.ts';
export { runSandbox } from './run-sandbox.ts';
export type { Program, ProgramResult, Sandbox } from './sandbox.ts';
