export { openaiLibrary as default } from '../../../tooling/build/tsup.ts';
