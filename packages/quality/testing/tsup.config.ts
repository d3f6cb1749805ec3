export { testingLibrary as default } from '../../../tooling/build/tsup.ts';
