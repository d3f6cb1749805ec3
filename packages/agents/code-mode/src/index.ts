export { codeMode, type CodeModeOptions } from './code-mode.ts';
export { runSandbox } from './run-sandbox.ts';
export type { Program, ProgramResult, Sandbox } from './sandbox.ts';

// Types of other packages that the public types use
export type { Tool, Toolbox } from '@majordomo/agent';
