export { codeModeLibrary as default } from '../../../tooling/build/tsup.ts';
