export { openaiWireLibrary as default } from '../../../tooling/build/tsup.ts';
