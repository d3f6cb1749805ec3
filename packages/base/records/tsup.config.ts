export { recordsLibrary as default } from '../../../tooling/build/tsup.ts';
