export { uiLibrary as default } from '../../../tooling/build/tsup.ts';
