export { coreLibrary as default } from '../../../tooling/build/tsup.ts';
